// Virtual time: a list of things to do, each at a millisecond. Between two of them every promise settles, so that a whole
// world of engines, apps and clients runs on one thread in an order that only the seed decides.

export interface VirtualTime {
  readonly nowMs: number;
  /** Runs `fire` at that time, or now when it lies in the past; in order of insertion within a millisecond. */
  at(atMs: number, fire: () => void): () => void;
  delay(ms: number): Promise<void>;
  /** Runs until nothing is left, `untilMs` is reached or `isDone` says so. @returns How many things ran. */
  run(options: { untilMs: number; countMax: number; isDone: () => boolean }): Promise<number>;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

export function createVirtualTime(startMs: number): VirtualTime {
  const heap: Entry[] = [];
  let nowMs = startMs;
  let order = 0;

  const time: VirtualTime = {
    get nowMs() {
      return nowMs;
    },
    at(atMs, fire) {
      order += 1;
      const entry: Entry = { atMs: Math.max(atMs, nowMs), order, fire, isCancelled: false };
      push(heap, entry);
      return () => {
        entry.isCancelled = true;
      };
    },
    delay: (ms) =>
      new Promise((resolve) => {
        time.at(nowMs + ms, resolve);
      }),
    async run({ untilMs, countMax, isDone }) {
      let count = 0;
      await settle();
      for (let next = heap[0]; next !== undefined && next.atMs <= untilMs; next = heap[0]) {
        if (count >= countMax || isDone()) return count;
        pop(heap);
        if (next.isCancelled) continue;
        nowMs = next.atMs;
        next.fire();
        count += 1;
        await settle();
      }
      return count;
    },
  };
  return time;
}

/** Resolves when every promise that can settle has settled: immediates run after the queue of microtasks is empty. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(left: Entry | undefined, right: Entry | undefined): boolean {
  if (left === undefined || right === undefined) return right === undefined;
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}

function push(heap: Entry[], entry: Entry): void {
  heap.push(entry);
  for (let index = heap.length - 1; index > 0;) {
    const parent = (index - 1) >> 1;
    if (!swapIfBefore(heap, index, parent)) return;
    index = parent;
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let index = 0; ;) {
    const left = 2 * index + 1;
    const child = isBefore(heap[left + 1], heap[left]) && left + 1 < heap.length ? left + 1 : left;
    if (child >= heap.length || !swapIfBefore(heap, child, index)) return;
    index = child;
  }
}

function swapIfBefore(heap: Entry[], lower: number, upper: number): boolean {
  const [below, above] = [heap[lower], heap[upper]];
  if (below === undefined || above === undefined || !isBefore(below, above)) return false;
  heap[lower] = above;
  heap[upper] = below;
  return true;
}
