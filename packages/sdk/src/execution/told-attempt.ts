// The attempt that a handler's argument tells. Each call has one, and code may keep what it has read: a run whose code has asked
// cannot stay in memory until a call with another attempt, for a replay would have told it that one (park-rules.ts).
import { findScope } from "./async-context.ts";

export class ToldAttempt {
  #current: number;
  #isRead = false;

  /** @param attempt Zero-based, of the first call. */
  constructor(attempt: number) {
    this.#current = attempt;
  }

  /** Whether code of the run has asked. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** The run goes on in another call. */
  goOn(attempt: number): void {
    this.#current = attempt;
  }

  /** In a step's callback the attempt of the call that runs it, which may be one of several. */
  read(): number {
    this.#isRead = true;
    return findScope()?.step?.attempt ?? this.#current;
  }
}

const TOLD = Symbol("everstep.attempt");

/** Of all contexts, for the reason that `replaying` has one. */
const ATTEMPT: PropertyDescriptor & ThisType<{ readonly [TOLD]: ToldAttempt }> = {
  get(): number {
    return this[TOLD].read();
  },
  enumerable: true,
  configurable: true,
};

/** Adds `attempt`, which notes that it was asked for. */
export function defineAttempt(context: Record<string, unknown>, told: ToldAttempt): void {
  Object.defineProperty(context, TOLD, { value: told });
  Object.defineProperty(context, "attempt", ATTEMPT);
}
