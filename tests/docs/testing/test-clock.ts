// test-clock.ts: time that stands still until a test moves it.
import { setImmediate } from "node:timers/promises";

interface Alarm {
  readonly atMs: number;
  readonly fire: () => void;
}

export class TestClock {
  readonly #alarms = new Set<Alarm>();
  #nowMs = Date.now();

  nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, fire: () => void): () => void {
    const alarm = { atMs, fire };
    this.#alarms.add(alarm);
    if (atMs <= this.#nowMs) queueMicrotask(() => this.#fireDue());
    return () => this.#alarms.delete(alarm);
  }

  /** Waits until the engine waits for exactly this long, then makes it that time. */
  async skip(ms: number): Promise<void> {
    const targetMs = this.#nowMs + ms;
    while (![...this.#alarms].some(({ atMs }) => atMs === targetMs)) await setImmediate();
    this.#nowMs = targetMs;
    this.#fireDue();
  }

  #fireDue(): void {
    for (const alarm of this.#alarms) {
      if (alarm.atMs <= this.#nowMs && this.#alarms.delete(alarm)) alarm.fire();
    }
  }
}
