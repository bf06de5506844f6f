// How slow the machine is just now, so that a budget in milliseconds means the same everywhere: a fixed piece of work takes 5 ms
// on the quiet machine on which the budgets were set. Never below 1: a fast machine gets the budgets as they stand.

const QUIET_MS = 5;
const WARM_UP_ROUNDS = 20;
const ROUNDS = 15;

/** The budget as this machine has to keep it now: longer where the same work takes longer. */
export function budgetMs(quietBudgetMs: number): number {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) work();
  const times = Array.from({ length: ROUNDS }, timedWork).toSorted((left, right) => left - right);
  return quietBudgetMs * Math.max(1, (times[Math.floor(ROUNDS / 2)] ?? 0) / QUIET_MS);
}

function timedWork(): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

/** What engine and page do most: objects to text, text to objects, an order. */
function work(): void {
  const rows = Array.from({ length: 5_000 }, (_, index) => ({
    id: `run-${(index * 7_919) % 5_000}`,
    total: index % 97,
    nested: { index },
  }));
  const read = JSON.parse(JSON.stringify(rows)) as typeof rows;
  read.sort((left, right) => (left.id < right.id ? -1 : 1));
}
