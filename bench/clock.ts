// One clock for every process of a benchmark: the monotonic clock of the machine, which all processes share on Linux and no
// time service moves. Date.now is too coarse for a few milliseconds.

/** Milliseconds since the machine started, with fractions. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
