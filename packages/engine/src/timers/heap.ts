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
  /** Some of the smallest, the smallest first; exactly the smallest ones when they were pushed in order. */
  head(count: number): readonly T[];
}

export function createHeap<T>(orderOf: (item: T) => Keyed): Heap<T> {
  return new BinaryHeap(orderOf);
}

class BinaryHeap<T> implements Heap<T> {
  readonly #orderOf: (item: T) => Keyed;
  readonly #items: T[] = [];

  constructor(orderOf: (item: T) => Keyed) {
    this.#orderOf = orderOf;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const items = this.#items;
    let index = items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  pop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length > 0 && last !== undefined) {
      items[0] = last;
      this.#sink();
    }
    return top;
  }

  head(count: number): readonly T[] {
    return this.#items.slice(0, count);
  }

  #sink(): void {
    const items = this.#items;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= items.length) return;
      const right = left + 1;
      const child = right < items.length && this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #isBefore(left: number, right: number): boolean {
    const a = this.#orderOf(this.#items[left] as T);
    const b = this.#orderOf(this.#items[right] as T);
    return a.key < b.key || (a.key === b.key && a.id < b.id);
  }

  #swap(left: number, right: number): void {
    const items = this.#items;
    const kept = items[left] as T;
    items[left] = items[right] as T;
    items[right] = kept;
  }
}
