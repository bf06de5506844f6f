// Slices of time for charts, and what is read from histograms of durations.
import type { EndedRuns } from "@everstep/core";

/** Round spans, so that the sums that the store keeps fit the slices. */
const SLICE_MS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800, 2_592_000, 31_536_000,
].map((seconds) => seconds * 1000);

export interface TimeSlices {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly sliceMs: number;
  /** Starts of the slices, oldest first. */
  readonly starts: readonly number[];
}

/** Round slices that cover the span: at most one more than asked for. */
export function sliceTime(fromMs: number, untilMs: number, count: number): TimeSlices {
  const wanted = Math.max(1, untilMs - fromMs) / count;
  const sliceMs = SLICE_MS.find((each) => each >= wanted) ?? Math.ceil(wanted);
  const first = Math.floor(fromMs / sliceMs) * sliceMs;
  const starts: number[] = [];
  for (let atMs = first; atMs < untilMs || starts.length === 0; atMs += sliceMs) starts.push(atMs);
  return { fromMs: first, untilMs: first + starts.length * sliceMs, sliceMs, starts };
}

/** The value below which this part of the runs lie. Undefined without runs. */
export function percentileOf(bars: ReadonlyMap<number, number>, part: number): number | undefined {
  let total = 0;
  for (const count of bars.values()) total += count;
  if (total === 0) return undefined;
  let left = Math.ceil(total * part);
  for (const [ms, count] of [...bars].toSorted(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return ms;
  }
  return undefined;
}

/** Adds a bar of a histogram. */
export function addBar(bars: Map<number, number>, { ms, count }: EndedRuns): void {
  if (ms !== undefined) bars.set(ms, (bars.get(ms) ?? 0) + count);
}
