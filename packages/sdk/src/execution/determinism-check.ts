// In dev, notices when a function no longer calls a step that it called earlier in the same run: changed code, or a path that
// depends on time, randomness or outside state. Ids are hashes on the wire, so names are kept in this process only.
import type { Logger } from "../functions/definition.ts";

const RUNS_MAX = 500;
const STEPS_MAX = 5_000;
const namesByRun = new Map<string, Map<string, string>>();

export class DeterminismCheck {
  readonly #names: Map<string, string>;
  readonly #met = new Set<string>();
  readonly #runId: string;
  /** Remembered and not called yet in this call, in the order of the stack. */
  readonly #awaited = new Set<string>();

  constructor(runId: string, stack: readonly string[]) {
    this.#runId = runId;
    this.remember(stack);
    this.#names = namesByRun.get(runId) ?? new Map<string, string>();
    // Put at the end again: the runs that were quiet for longest are forgotten first.
    namesByRun.delete(runId);
    namesByRun.set(runId, this.#names);
    const oldest = namesByRun.keys().next();
    if (namesByRun.size > RUNS_MAX && oldest.done !== true) namesByRun.delete(oldest.value);
  }

  /** Takes in what a later call of a parked run brings. */
  remember(stack: readonly string[]): void {
    for (const hashedId of stack) if (!this.#met.has(hashedId)) this.#awaited.add(hashedId);
  }

  met(hashedId: string, id: string): void {
    this.#met.add(hashedId);
    this.#awaited.delete(hashedId);
    if (this.#names.size < STEPS_MAX) this.#names.set(hashedId, id);
  }

  /** @param next What the function does instead: the ids of new steps, or nothing when it has ended. */
  check(next: readonly string[], logger: Logger): void {
    const missing: string[] = [];
    for (const hashedId of this.#awaited) {
      const name = this.#names.get(hashedId);
      if (name !== undefined) missing.push(`"${name}"`);
    }
    if (missing.length === 0) return;
    const instead =
      next.length === 0 ? "it ended" : `it called ${next.map((id) => `"${id}"`).join(", ")}`;
    logger.warn(
      `Run ${this.#runId} is not deterministic: earlier in this run the function called ${missing.join(", ")}; now, with the same results so far, ${instead} instead. ` +
        "Either the code was changed while the run was under way, or the code outside of steps depends on the time, on randomness or on other outside state: move that into a step.",
    );
  }

  /** The run has ended. */
  forget(): void {
    namesByRun.delete(this.#runId);
  }
}
