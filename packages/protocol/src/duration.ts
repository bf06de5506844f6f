// Durations as apps write them ("1d12h", "90s", "1.5h") in both grammars of the protocol, and due times that may be given as
// a duration or as a date. Invariant: what is finer than a millisecond rounds up, so that nothing fires early.
import { parseIsoDateMs } from "./date-time.ts";

const GO_UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
  ["us", 1e-3],
  ["\u00b5s", 1e-3],
  ["\u03bcs", 1e-3],
  ["ns", 1e-6],
]);
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["w", 604_800_000],
  ["d", 86_400_000],
  ...GO_UNITS_MS,
]);
/** The range of a Go duration (64-bit nanoseconds), about 292 years. */
const DURATION_MS_MAX = 9_223_372_036_854;

/**
 * Milliseconds of a duration such as `1w2d`, `1h30m` or `1.5s` (units w d h m s ms us ns, optionally signed, `0` alone
 * allowed). Undefined when empty, malformed or beyond 292 years.
 */
export function parseDurationMs(text: string): number | undefined {
  return parseWithUnits(text, UNITS_MS);
}

/** Like parseDurationMs, for the places where only Go's units (h m s ms us ns) are allowed, e.g. a batch timeout. */
export function parseGoDurationMs(text: string): number | undefined {
  return parseWithUnits(text, GO_UNITS_MS);
}

/** The shortest text of a duration in w d h m s ms, e.g. `1d2h`; `0s` for 0. Parts of a millisecond round up. */
export function formatDuration(ms: number): string {
  let restMs = Math.ceil(Math.abs(ms));
  if (restMs === 0) return "0s";
  let text = ms < 0 ? "-" : "";
  for (const unit of ["w", "d", "h", "m", "s", "ms"]) {
    const unitMs = UNITS_MS.get(unit) ?? 1;
    const count = Math.floor(restMs / unitMs);
    restMs -= count * unitMs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

/**
 * When a sleep, wait or cancellation ends: a date of at least 10 characters as it is (it may lie in the past and keeps its
 * milliseconds), else a duration from now. Epoch ms; undefined when it is neither.
 */
export function parseTimeOrDurationMs(text: string, nowMs: number): number | undefined {
  const dateMs = text.length >= 10 ? parseIsoDateMs(text) : undefined;
  if (dateMs !== undefined) return dateMs;
  const durationMs = parseDurationMs(text);
  return durationMs === undefined ? undefined : nowMs + durationMs;
}

function parseWithUnits(text: string, unitsMs: ReadonlyMap<string, number>): number | undefined {
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  if (unsigned === "0") return 0;
  const part = /(\d+\.?\d*|\.\d+)([a-z\u00b5\u03bc]+)/y;
  let totalMs = 0;
  while (part.lastIndex < unsigned.length) {
    const match = part.exec(unsigned);
    const unitMs = unitsMs.get(match?.[2] ?? "");
    if (match === null || unitMs === undefined) return undefined;
    totalMs += Number(match[1]) * unitMs;
  }
  if (unsigned === "" || totalMs > DURATION_MS_MAX) return undefined;
  const wholeMs = roundUp(totalMs);
  return text.startsWith("-") && wholeMs > 0 ? -wholeMs : wholeMs;
}

/** Rounds up to whole ms, forgiving the noise of binary fractions, which is far below a nanosecond here. */
function roundUp(ms: number): number {
  const nearest = Math.round(ms);
  return Math.abs(ms - nearest) < 1e-7 * Math.max(1, ms * 1e-9) ? nearest : Math.ceil(ms);
}
