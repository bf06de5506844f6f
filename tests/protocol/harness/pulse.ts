// Work of a known kind, done again and again beside the tests of a file: how long it takes says what the machine has left
// for them. Tests that ask how late something is allow for that, since a busy machine is late with everything.

export class Pulse {
  readonly #beat: () => Promise<unknown>;
  readonly #ended: Promise<void>;
  #current: Promise<void> = Promise.resolve();
  #isOver = false;
  #slowestMs = 0;

  private constructor(beat: () => Promise<unknown>) {
    this.#beat = beat;
    this.#ended = this.#run();
  }

  static start(beat: () => Promise<unknown>): Pulse {
    return new Pulse(beat);
  }

  /** How long the slowest beat took, the one that is under way included. @throws what a beat throws. */
  async slowestMs(): Promise<number> {
    await this.#current;
    return this.#slowestMs;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#current = this.#once();
      await this.#current;
    }
  }

  async #once(): Promise<void> {
    const startedAtMs = Date.now();
    await this.#beat();
    this.#slowestMs = Math.max(this.#slowestMs, Date.now() - startedAtMs);
  }
}
