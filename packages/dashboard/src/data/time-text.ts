// Times and durations as people read them: pure, so that they are tested without a clock or a page.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "now", "12 s ago", "in 3 min", "5 d ago"; beyond 30 days the date. */
export function relativeTime(atMs: number, nowMs: number): string {
  const distanceMs = Math.abs(nowMs - atMs);
  if (distanceMs < SECOND_MS) return "now";
  if (distanceMs >= 30 * DAY_MS) return new Date(atMs).toLocaleDateString();
  const amount = largestUnit(distanceMs);
  return atMs > nowMs ? `in ${amount}` : `${amount} ago`;
}

/** Date and time to the millisecond in the user's zone, with the zone's name. */
export function exactTime(atMs: number): string {
  return new Date(atMs).toLocaleString(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
  });
}

/** Time of day to the millisecond in the user's zone, for lines that stand close together. */
export function clockTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    fractionalSecondDigits: 3,
  });
}

/** "340 ms", "1.24 s", "3 min 12 s", "2 h 5 min", "3 d 4 h": two units at most. */
export function durationText(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(2)} s`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return twoUnits(ms, [MINUTE_MS, "min"], [SECOND_MS, "s"]);
  if (ms < DAY_MS) return twoUnits(ms, [HOUR_MS, "h"], [MINUTE_MS, "min"]);
  return twoUnits(ms, [DAY_MS, "d"], [HOUR_MS, "h"]);
}

function largestUnit(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

type Unit = readonly [sizeMs: number, name: string];

function twoUnits(ms: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const whole = Math.floor(ms / largeMs);
  const rest = Math.floor((ms - whole * largeMs) / smallMs);
  return rest === 0 ? `${whole} ${large}` : `${whole} ${large} ${rest} ${small}`;
}
