// The order in which remembered steps resolve: that of their completion, whatever the order in which they are met. Each
// position is looked at a bounded number of times, so a replay of n steps costs O(n).

export class StackOrder<T> {
  readonly #positions = new Map<string, number>();
  readonly #waiting: (T | undefined)[] = [];
  #lowest = 0;
  #last = "";
  #count = 0;

  /** @param ids Hashed ids in the order of completion. */
  constructor(ids: readonly string[]) {
    for (const id of ids) this.positionOf(id);
  }

  get size(): number {
    return this.#positions.size;
  }

  /** The id at the end of the stack; empty while the stack is. */
  get last(): string {
    return this.#last;
  }

  /** How many are met and not taken yet. */
  get waitingCount(): number {
    return this.#count;
  }

  /** Where an id stands; one that the stack does not know goes to its end. */
  positionOf(id: string): number {
    const known = this.#positions.get(id);
    if (known !== undefined) return known;
    const position = this.#positions.size;
    this.#positions.set(id, position);
    this.#last = id;
    return position;
  }

  add(id: string, item: T): void {
    const position = this.positionOf(id);
    this.#waiting[position] = item;
    this.#count += 1;
    if (position < this.#lowest) this.#lowest = position;
  }

  /** The position of the first one that waits, or undefined. */
  firstPosition(): number | undefined {
    if (this.#count === 0) return undefined;
    while (this.#waiting[this.#lowest] === undefined) this.#lowest += 1;
    return this.#lowest;
  }

  takeFirst(): T | undefined {
    const position = this.firstPosition();
    if (position === undefined) return undefined;
    const item = this.#waiting[position];
    this.#waiting[position] = undefined;
    this.#lowest = position + 1;
    this.#count -= 1;
    return item;
  }

  /** Everything that waits, in order; nothing waits afterwards. */
  takeAll(): T[] {
    const items: T[] = [];
    for (let item = this.takeFirst(); item !== undefined; item = this.takeFirst()) items.push(item);
    return items;
  }
}
