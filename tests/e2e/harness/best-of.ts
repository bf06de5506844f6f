// Times that must hold, on machines that others use at the same moment: noise only ever adds, so the best of some tries is
// what the product takes. The first try within the bound is enough.

const TRIES = 6;

/** @returns The least time in ms, of as many tries as it takes to come within `boundMs`. */
export async function bestMsOf(boundMs: number, measure: () => Promise<number>): Promise<number> {
  let bestMs = Infinity;
  for (let tries = 0; tries < TRIES && bestMs >= boundMs; tries += 1) {
    bestMs = Math.min(bestMs, await measure());
  }
  return bestMs;
}
