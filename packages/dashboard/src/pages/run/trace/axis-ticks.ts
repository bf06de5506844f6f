// The marks of a waterfall's time axis: round distances from the start of the run, labelled so that neighbours differ.
// Pure. How wide the axis is on the screen is the caller's.
import { lengthOf, type TimeWindow } from "./time-window.ts";

export interface AxisTick {
  readonly atMs: number;
  /** Time since the start of the run, such as `1.5 s` or `2 h 30 min`. */
  readonly label: string;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Distances that people read at a glance, ascending. Beyond the last one days go on in powers of ten. */
const DISTANCES_MS: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY_MS),
];

/** @param originMs The moment that is called 0. @param ticksMax At least 1. */
export function axisTicks(window: TimeWindow, originMs: number, ticksMax: number): AxisTick[] {
  const distanceMs = distanceFor(lengthOf(window), ticksMax);
  const first = Math.ceil((window.fromMs - originMs) / distanceMs);
  const last = Math.floor((window.untilMs - originMs) / distanceMs);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const sinceMs = (first + index) * distanceMs;
    return { atMs: originMs + sinceMs, label: labelOf(sinceMs) };
  });
}

function distanceFor(lengthMs: number, ticksMax: number): number {
  const leastMs = lengthMs / Math.max(1, ticksMax);
  const found = DISTANCES_MS.find((distanceMs) => distanceMs >= leastMs);
  return found ?? DAY_MS * 10 ** Math.ceil(Math.log10(leastMs / DAY_MS));
}

const UNITS: readonly (readonly [lengthMs: number, name: string])[] = [
  [DAY_MS, "d"],
  [HOUR_MS, "h"],
  [MINUTE_MS, "min"],
];

/** As many units as it takes to be exact: deep inside a long run neighbours differ in the last one only. */
function labelOf(sinceMs: number): string {
  if (sinceMs === 0) return "0";
  const sign = sinceMs < 0 ? "−" : "";
  let restMs = Math.abs(sinceMs);
  if (restMs < SECOND_MS) return `${sign}${restMs} ms`;
  const parts: string[] = [];
  for (const [lengthMs, name] of UNITS) {
    const count = Math.floor(restMs / lengthMs);
    if (count > 0) parts.push(`${count} ${name}`);
    restMs -= count * lengthMs;
  }
  if (restMs > 0) parts.push(`${trimmed(restMs / SECOND_MS)} s`);
  return sign + parts.join(" ");
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(3)));
}
