// Reading times and spans from text, and the calendar parts of a timestamp. Everything is UTC unless a zone is named,
// and nothing here reads the clock or the machine's time zone (so not `Date.parse` for free-form text).
import { CelDuration, CelTimestamp, ExpressionFailure } from "./cel-value.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};
const DURATION = /^[+-]?(?:\d+(?:\.\d+)?(?:ms|us|µs|ns|w|d|h|m|s))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|us|µs|ns|w|d|h|m|s)/g;

/** Reads `1h30m`, `-5s`, `2d` and the like. */
export function parseDuration(text: string): CelDuration {
  if (text === "0") return new CelDuration(0);
  if (text.length > 100 || !DURATION.test(text)) {
    throw new ExpressionFailure(
      `${JSON.stringify(text.slice(0, 100))} is not a duration like "1h30m"`,
    );
  }
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) {
    ms += Number(amount) * (UNIT_MS[unit as string] as number);
  }
  return new CelDuration(text.startsWith("-") ? -ms : ms);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const CLOCK = String.raw`(?:(?:[T ]|, ?)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?`;
const ZONE = String.raw` ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?`;
const DATE_SHAPES: readonly {
  readonly pattern: RegExp;
  readonly order: readonly [number, number, number];
}[] = [
  {
    pattern: new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})${CLOCK}${ZONE}$`, "i"),
    order: [1, 2, 3],
  },
  {
    pattern: new RegExp(String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})${CLOCK}${ZONE}$`, "i"),
    order: [3, 1, 2],
  },
  {
    pattern: new RegExp(
      String.raw`^(?:[a-z]{3,9}, )?(\d{1,2}) ([a-z]{3,9}) (\d{4})${CLOCK}${ZONE}$`,
      "i",
    ),
    order: [3, 2, 1],
  },
  {
    pattern: new RegExp(
      String.raw`^(?:[a-z]{3,9}, )?([a-z]{3,9}) (\d{1,2}),? (\d{4})${CLOCK}${ZONE}$`,
      "i",
    ),
    order: [3, 1, 2],
  },
];
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads a date as people write it: ISO 8601, `2024/1/5`, `1/5/2024` (month first), `5 Jan 2024`, `Jan 5, 2024`. */
export function parseDate(text: string): CelTimestamp {
  const trimmed = text.trim();
  if (/^-?\d{1,18}$/.test(trimmed) && trimmed.length !== 4) return fromUnix(Number(trimmed));
  for (const { pattern, order } of DATE_SHAPES) {
    const found = trimmed.length > 64 ? null : pattern.exec(trimmed);
    const atMs = found === null ? undefined : atMsOf(found, order);
    if (atMs !== undefined) return new CelTimestamp(atMs);
  }
  throw new ExpressionFailure(`${JSON.stringify(text.slice(0, 64))} is not a date we can read`);
}

/** Reads an RFC 3339 instant, as `timestamp("…")` demands. */
export function parseTimestamp(text: string): CelTimestamp {
  if (!RFC_3339.test(text)) {
    throw new ExpressionFailure(
      `${JSON.stringify(text.slice(0, 64))} is not an RFC 3339 timestamp; date(…) reads other forms`,
    );
  }
  return parseDate(text);
}

/** Seconds since 1970; numbers too large for that (beyond the year 5138) are taken as milliseconds. */
export function fromUnix(value: number): CelTimestamp {
  return new CelTimestamp(Math.abs(value) >= 1e11 ? value : value * 1_000);
}

function atMsOf(
  found: RegExpExecArray,
  order: readonly [number, number, number],
): number | undefined {
  const [year, month, day] = order.map((group) => found[group] as string) as [
    string,
    string,
    string,
  ];
  const monthNumber = /^\d/.test(month)
    ? Number(month)
    : MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1;
  const dayStart = Date.UTC(Number(year), monthNumber - 1, Number(day));
  const date = new Date(dayStart);
  // Date.UTC rolls 31 February over to March; such a date is not one.
  if (date.getUTCMonth() !== monthNumber - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const [hours, minutes, seconds] = [found[4], found[5], found[6]].map((part) => Number(part ?? 0));
  if ((hours as number) > 23 || (minutes as number) > 59 || (seconds as number) > 59)
    return undefined;
  const fractionMs = Math.floor(Number(`0.${found[7] ?? "0"}`) * 1_000 + 1e-6);
  const clockMs =
    (hours as number) * 3_600_000 + (minutes as number) * 60_000 + (seconds as number) * 1_000;
  return dayStart + clockMs + fractionMs - zoneOffsetMs(found[8]);
}

function zoneOffsetMs(zone: string | undefined): number {
  const found = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? "");
  if (found === null) return 0;
  const ms = Number(found[2]) * 3_600_000 + Number(found[3]) * 60_000;
  return found[1] === "-" ? -ms : ms;
}

/** The calendar parts that CEL's `getX` functions answer; months and days of the year count from 0, as CEL says. */
const PARTS: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) =>
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};
const DURATION_PARTS: Readonly<Record<string, number>> = {
  getHours: 3_600_000,
  getMinutes: 60_000,
  getSeconds: 1_000,
  getMilliseconds: 1,
};

export const TIME_PART_NAMES: readonly string[] = Object.keys(PARTS);

/** One calendar part of an instant, in UTC or in a named zone or offset. */
export function timestampPart(
  name: string,
  timestamp: CelTimestamp,
  zone: string | undefined,
): bigint {
  const read = PARTS[name] as (date: Date) => number;
  const date = new Date(timestamp.atMs + (zone === undefined ? 0 : localOffsetMs(timestamp, zone)));
  if (Number.isNaN(date.getTime())) throw new ExpressionFailure("the timestamp is out of range");
  return BigInt(read(date));
}

/** A whole duration counted in hours, minutes, seconds or milliseconds. */
export function durationPart(name: string, duration: CelDuration): bigint {
  const unitMs = DURATION_PARTS[name];
  if (unitMs === undefined) throw new ExpressionFailure(`${name} is not defined for duration`);
  return BigInt(Math.trunc(duration.ms / unitMs));
}

const ZONES_KEPT = 1_000;
const calendars = new Map<string, Intl.DateTimeFormat>();

/** Making a calendar takes longer than using it a hundred times. */
function calendarOf(zone: string): Intl.DateTimeFormat {
  const known = calendars.get(zone);
  if (known !== undefined) return known;
  let calendar: Intl.DateTimeFormat;
  try {
    calendar = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    throw new ExpressionFailure(`${JSON.stringify(zone.slice(0, 64))} is not a time zone`);
  }
  if (calendars.size >= ZONES_KEPT) calendars.clear();
  calendars.set(zone, calendar);
  return calendar;
}

function localOffsetMs(timestamp: CelTimestamp, zone: string): number {
  if (/^[+-]\d{2}:?\d{2}$/.test(zone)) return zoneOffsetMs(zone);
  if (Number.isNaN(new Date(timestamp.atMs).getTime())) return 0;
  const parts = calendarOf(zone).formatToParts(timestamp.atMs);
  const text = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return zoneOffsetMs(text.replace("GMT", ""));
}
