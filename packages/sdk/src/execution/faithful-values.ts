// What middleware stores in place of a step's value, when reading it back gives exactly the value's JSON (encryption does). Only then
// may user code go on in the same call with the value itself: other middleware may read back something else, such as dates, which
// user code must get at the first time as it will on every replay.

const faithful = new WeakSet<object>();

/** Marks what stands for a value. @returns The same. */
export function asFaithful<T extends object>(stored: T): T {
  faithful.add(stored);
  return stored;
}

/** Whether user code may have the value that `stored` stands for. */
export function isFaithful(stored: unknown, value: unknown): boolean {
  if (Object.is(stored, value)) return true;
  return typeof stored === "object" && stored !== null && faithful.has(stored);
}
