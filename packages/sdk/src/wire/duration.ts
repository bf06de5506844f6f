// Durations and times as authors write them, and as ops carry them (protocol.md 1.6). Invariant: what cannot be read is
// refused with a message; it never becomes zero, which would end a wait at once (R3).

/** Milliseconds, a text such as `"1h30m"`, `"2 days"` or `"90s"`, or an object like Temporal.Duration. */
export type DurationInput = number | string | DurationLike;
/** A duration from now, or a point in time. */
export type TimeInput = DurationInput | Date | InstantLike | ZonedDateTimeLike;

/** What is needed of a Temporal.Duration. */
export interface DurationLike {
  readonly [Symbol.toStringTag]: "Temporal.Duration";
  total(options: unknown): number;
}
/** What is needed of a Temporal.Instant. */
export interface InstantLike {
  readonly [Symbol.toStringTag]: "Temporal.Instant";
  toString(): string;
}
/** What is needed of a Temporal.ZonedDateTime. */
export interface ZonedDateTimeLike {
  readonly [Symbol.toStringTag]: "Temporal.ZonedDateTime";
  toInstant(): { toString(): string };
}

const SECOND_MS = 1_000;
const WIRE_UNITS: readonly (readonly [suffix: string, ms: number])[] = [
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", SECOND_MS],
];
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ...["y", "yr", "yrs", "year", "years"].map((unit) => [unit, 31_557_600_000] as const),
  ...["mo", "month", "months"].map((unit) => [unit, 2_629_800_000] as const),
  ...["w", "week", "weeks"].map((unit) => [unit, 604_800_000] as const),
  ...["d", "day", "days"].map((unit) => [unit, 86_400_000] as const),
  ...["h", "hr", "hrs", "hour", "hours"].map((unit) => [unit, 3_600_000] as const),
  ...["m", "min", "mins", "minute", "minutes"].map((unit) => [unit, 60_000] as const),
  ...["s", "sec", "secs", "second", "seconds"].map((unit) => [unit, SECOND_MS] as const),
  ...["ms", "msec", "msecs", "millisecond", "milliseconds"].map((unit) => [unit, 1] as const),
]);
const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;

/**
 * Milliseconds of a duration; 0 is allowed.
 * @param field Named in the message when it cannot be read.
 * @throws Error when it is not a duration or is negative.
 */
export function durationMsOf(input: DurationInput, field = "duration"): number {
  const ms = findDurationMs(input);
  if (ms !== undefined && ms >= 0) return ms;
  throw new Error(
    `${field} is ${describe(input)}, which is not a duration: use milliseconds or a text such as "30s", "1h30m" or "7d".`,
  );
}

/**
 * Milliseconds of a duration, as the official function of this name.
 *
 * @throws Error when it is not a duration or not above 0.
 * @example
 * durationToMs("1h30m"); // 5_400_000
 */
export function durationToMs(input: DurationInput): number {
  const ms = durationMsOf(input);
  if (ms > 0) return ms;
  throw new Error(`The duration is ${describe(input)}: it must be above 0.`);
}

/**
 * The wire form of a duration (`1d2h`, whole seconds, what is above 0 at least `1s`) or of a point in time (ISO date).
 * @throws Error when it is neither.
 */
export function timeText(input: TimeInput, field: string): string {
  const date = findDateText(input);
  if (date !== undefined) return date;
  const ms = findDurationMs(input);
  if (ms === undefined) {
    throw new Error(
      `${field} is ${describe(input)}, which is neither a duration such as "1h30m" nor a point in time such as "2026-01-31T10:00:00Z".`,
    );
  }
  return durationText(ms);
}

/**
 * The ISO date of a point in time.
 * @throws Error when it is not one.
 */
export function isoText(
  input: Date | string | InstantLike | ZonedDateTimeLike,
  field: string,
): string {
  if (typeof input === "string") {
    const ms = Date.parse(input);
    if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  }
  const date = typeof input === "string" ? undefined : findDateText(input);
  if (date !== undefined) return date;
  throw new Error(
    `${field} is ${describe(input)}, which is not a point in time: use a Date, an ISO text or a Temporal.Instant.`,
  );
}

/** `1w2d`, parts of a second dropped except that nothing above 0 becomes 0. Below 0 counts as 0: the time has passed. */
export function durationText(ms: number): string {
  let restMs = ms > 0 && ms < SECOND_MS ? SECOND_MS : ms;
  let text = "";
  for (const [suffix, unitMs] of WIRE_UNITS) {
    const count = Math.floor(restMs / unitMs);
    if (count <= 0) continue;
    text += `${count}${suffix}`;
    restMs -= count * unitMs;
  }
  return text === "" ? "0s" : text;
}

function findDurationMs(input: unknown): number | undefined {
  if (typeof input === "number") return Number.isFinite(input) ? input : undefined;
  if (typeof input === "string") return parseDurationMs(input);
  if (tagOf(input) !== "Temporal.Duration") return undefined;
  // Months and years have no fixed length: they are counted from today, as the author means.
  const total = (input as DurationLike).total({
    unit: "milliseconds",
    relativeTo: new Date().toISOString().slice(0, 10),
  });
  return Number.isFinite(total) ? total : undefined;
}

/** Accepts the texts of the `ms` package (`"2 days"`, `"1.5h"`, `"500"` for ms) and several of them in a row (`"1h30m"`). */
function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^-?\d*\.?\d+$/.test(trimmed)) return Number(trimmed);
  const unsigned = trimmed.startsWith("-") ? trimmed.slice(1) : trimmed;
  const part = /\s*(\d*\.?\d+)\s*([a-z]+)/giy;
  let totalMs = 0;
  while (part.lastIndex < unsigned.length) {
    const match = part.exec(unsigned);
    const unitMs = UNIT_MS.get(match?.[2]?.toLowerCase() ?? "");
    if (match === null || unitMs === undefined) return undefined;
    totalMs += Number(match[1]) * unitMs;
  }
  if (unsigned === "") return undefined;
  return trimmed.startsWith("-") ? -totalMs : totalMs;
}

function findDateText(input: unknown): string | undefined {
  if (input instanceof Date) return Number.isNaN(input.getTime()) ? undefined : input.toISOString();
  if (typeof input === "string") {
    if (!ISO_DATE.test(input)) return undefined;
    const ms = Date.parse(input);
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  }
  const tag = tagOf(input);
  if (tag === "Temporal.Instant") return String(input);
  if (tag === "Temporal.ZonedDateTime") return (input as ZonedDateTimeLike).toInstant().toString();
  return undefined;
}

function tagOf(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return undefined;
  return (input as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
}

function describe(input: unknown): string {
  if (typeof input === "string") return JSON.stringify(input);
  if (input instanceof Date) return "an invalid Date";
  if (typeof input !== "object" || input === null) return String(input);
  const tag = tagOf(input);
  return `an object (${typeof tag === "string" ? tag : "plain"})`;
}
