// Waiting until user code has come to rest: all promise jobs have run. Captured when the module is loaded, so that fake timers
// of a test cannot stop it.

interface TaskGlobals {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/** Turns of the promise queue that count as rest where no task queue is available without delay. */
const TURNS = 100;
const immediate = (globalThis as TaskGlobals).setImmediate;
const settled: Promise<void> = Promise.resolve();

/** Calls back when no promise job is left that does not wait for something outside. */
export function afterMicrotasks(callback: () => void): void {
  if (immediate !== undefined) {
    immediate(callback);
    return;
  }
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    if (turns > TURNS) callback();
    else void settled.then(turn);
  };
  turn();
}
