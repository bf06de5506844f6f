// The delay that spreads ticks which fall on the same instant. It depends on the seed alone, so that every restart and
// every node computes the same due time for one tick.
import { hash53 } from "../expressions/stable-hash.ts";

/** A whole number of milliseconds from 0 to `jitterMsMax`, the same for the same seed text. */
export function jitterMs(seedText: string, jitterMsMax: number): number {
  if (jitterMsMax <= 0) return 0;
  return hash53(seedText) % (Math.floor(jitterMsMax) + 1);
}
