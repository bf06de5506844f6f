// What a step's callback is told about its attempt. The abort signal is made when it is asked for.
import type { StepContext } from "../steps/step-request.ts";
import type { CallInput } from "./call.ts";

/** The context of one attempt, and the way to abort it. */
export class StepAttempt implements StepContext {
  readonly stepId: string;
  readonly runId: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly maxAttempts: number | undefined;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  constructor(input: CallInput, step: { readonly id: string; readonly hashedId: string }) {
    this.stepId = step.id;
    this.runId = input.runId;
    this.idempotencyKey = `${input.runId}.${step.hashedId}`;
    this.attempt = input.attempt;
    this.maxAttempts = input.maxAttempts;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
