// What a run knows of its place among the runs that are kept in memory: its token, which of its steps are running beside it, and
// which are to be tried again. The run itself decides whether it may wait (park-rules.ts).
import type { StackOrder } from "./stack-order.ts";
import type { ParkedRun, ParkedRuns } from "./parked-runs.ts";

export class Parking {
  /** Steps whose last attempt failed and is made again, by hashed id; most runs never have one. */
  #retried: Set<string> | undefined;
  #runningCount = 0;
  /** Under which the run was parked. */
  #token: string | undefined;

  get isInUse(): boolean {
    return this.#runningCount > 0;
  }

  get isRetrying(): boolean {
    return this.#retried !== undefined && this.#retried.size > 0;
  }

  noteRetry(hashedId: string, isRetried: boolean): void {
    if (isRetried) (this.#retried ??= new Set()).add(hashedId);
    else this.#retried?.delete(hashedId);
  }

  /** These steps have ended. */
  settle(hashedIds: readonly string[]): void {
    for (const id of hashedIds) this.#retried?.delete(id);
  }

  /** The run is in use while this lasts. */
  async whileRunning<T>(work: () => Promise<T>): Promise<T> {
    this.#runningCount += 1;
    try {
      return await work();
    } finally {
      this.#runningCount -= 1;
    }
  }

  /** @returns What the answer says of the run: its token and what it knows. */
  park(run: ParkedRun, runs: ParkedRuns, { size, last }: StackOrder<unknown>): string {
    this.#token = runs.park(run, this.#token);
    return `${this.#token};known=${size};last=${last}`;
  }

  leave(runs: ParkedRuns): void {
    if (this.#token !== undefined) runs.drop(this.#token);
  }
}
