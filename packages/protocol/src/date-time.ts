// Dates as text: ISO 8601 / RFC 3339 and the textual forms of HTTP and mail. Strict, unlike Date.parse, which takes almost
// anything. Invariant: parts of a millisecond round up, so that nothing timed by a date ever fires early.

const ISO_DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}:?\d{2})?)?$/;

const CLOCK = String.raw`(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2}))?`;
const ZONE = String.raw`(?<zone>Z|UT|UTC|GMT|[+-]\d{2}:?\d{2})`;
const TEXT_DATES: readonly RegExp[] = [
  // RFC 1123, RFC 822 and RFC 850: "Mon, 02 Jan 2006 15:04:05 GMT", "02 Jan 06 15:04 +0100", "Monday, 02-Jan-06 …".
  new RegExp(
    String.raw`^(?:[A-Za-z]{3,9}, )?(?<day>\d{1,2})[ -](?<month>[A-Za-z]{3})[ -](?<year>\d{4}|\d{2}) ${CLOCK} ${ZONE}$`,
  ),
  // ANSI C, date(1) and Ruby: "Mon Jan  2 15:04:05 [GMT] 2006" with the zone before the year, if any.
  new RegExp(
    String.raw`^[A-Za-z]{3} (?<month>[A-Za-z]{3}) {1,2}(?<day>\d{1,2}) ${CLOCK}(?: ${ZONE})? (?<year>\d{4})$`,
  ),
];
const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

/** Epoch ms of an ISO 8601 date or date-time (UTC when it names no zone); undefined when it is none or out of range. */
export function parseIsoDateMs(text: string): number | undefined {
  const match = ISO_DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const wholeMs = epochMs(
    [year, month, day, hour, minute, second].map((part) => Number(part ?? 0)),
    zone,
  );
  if (wholeMs === undefined || fraction === undefined) return wholeMs;
  return wholeMs + Math.ceil(Number(fraction.padEnd(9, "0")) / 1_000_000);
}

/** Epoch ms of a date in one of the textual forms of HTTP and mail headers (RFC 1123, 822, 850, ANSI C, Unix, Ruby). */
export function parseTextDateMs(text: string): number | undefined {
  for (const form of TEXT_DATES) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const at = MONTHS.indexOf((parts["month"] ?? "").toLowerCase());
    if (at < 0 || at % 3 !== 0) return undefined;
    const numbers = [parts["day"], parts["hour"], parts["minute"], parts["second"] ?? 0].map(
      Number,
    );
    return epochMs([fullYear(parts["year"] ?? ""), at / 3 + 1, ...numbers], parts["zone"]);
  }
  return undefined;
}

/** Two-digit years pivot at 69, as Go and POSIX do. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year + (year >= 69 ? 1900 : 2000);
}

function epochMs(parts: readonly number[], zone: string | undefined): number | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isRealDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const isRealTime = hour <= 23 && minute <= 59 && second <= 60;
  if (!isRealDay || !isRealTime) return undefined;
  const offsetMinutes = zoneOffsetMinutes(zone);
  if (offsetMinutes === undefined) return undefined;
  return date.getTime() + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1_000;
}

function zoneOffsetMinutes(zone: string | undefined): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? "");
  if (match === null) return 0;
  const [hours, minutes] = [Number(match[2]), Number(match[3])];
  if (hours > 23 || minutes > 59) return undefined;
  return (match[1] === "-" ? -1 : 1) * (hours * 60 + minutes);
}
