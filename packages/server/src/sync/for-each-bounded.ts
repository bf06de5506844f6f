// Does a task for every item with at most so many at once.

/** Rejects with the first error; tasks that have begun are still finished. */
export async function forEachBounded<Item>(
  items: readonly Item[],
  parallelMax: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const work = async (): Promise<void> => {
    for (const item of rest) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallelMax, items.length) }, work));
}
