// Turns that make no call are taken in portions, because nothing else bounds how many come one after the other: between two
// portions the process answers others. Turns that make a call are bounded by what may be in flight.
import type { Clock } from "../ports.ts";

/** About 10 ms of turns that each read a page and a run. */
const FRUITLESS_MAX = 128;

export class Pace {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #fruitless = 0;
  #isResting = false;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** No turns until the process has answered others. */
  get isResting(): boolean {
    return this.#isResting;
  }

  note(isFruitful: boolean): void {
    this.#fruitless = isFruitful ? 0 : this.#fruitless + 1;
    if (this.#fruitless < FRUITLESS_MAX) return;
    this.#isResting = true;
    this.#clock.at(this.#clock.nowMs(), () => {
      this.#isResting = false;
      this.#fruitless = 0;
      this.#wake();
    });
  }
}
