// A binary min-heap over a (key, id) order.

export interface Keyed {
  readonly key: number;
  readonly id: number;
}

export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
}

export function createHeap<T>(orderOf: (item: T) => Keyed): Heap<T> {
  const items: T[] = [];
  const isBefore = (left: T, right: T): boolean => {
    const a = orderOf(left);
    const b = orderOf(right);
    return a.key < b.key || (a.key === b.key && a.id < b.id);
  };
  const swap = (left: number, right: number): void => {
    const kept = items[left] as T;
    items[left] = items[right] as T;
    items[right] = kept;
  };
  const rise = (start: number): void => {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(items[index] as T, items[parent] as T)) return;
      swap(index, parent);
      index = parent;
    }
  };
  const sink = (): void => {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= items.length) return;
      const right = left + 1;
      const hasRight = right < items.length;
      const child = hasRight && isBefore(items[right] as T, items[left] as T) ? right : left;
      if (!isBefore(items[child] as T, items[index] as T)) return;
      swap(index, child);
      index = child;
    }
  };
  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    peek: () => items[0],
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        sink();
      }
      return top;
    },
  };
}
