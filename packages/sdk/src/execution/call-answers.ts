// The one answer of a call. Whoever is first gives it; everything later is dropped, for the engine has what it needs.
import { StaleDispatchError } from "../errors.ts";
import { diagnoseResult } from "../logging/diagnostics.ts";
import type { WireOp } from "../wire/op.ts";
import { serializeError } from "../wire/serialized-error.ts";
import { errorAnswer, opsAnswer, resultAnswer, stepNotFoundAnswer } from "./answer.ts";
import type { CallInput, CallOutput } from "./call.ts";
import { deferred } from "./deferred.ts";
import { identityOf, type FoundStep } from "./found-step.ts";
import { retriabilityOf, type Retriability } from "./retriability.ts";

export class CallAnswers {
  readonly #input: CallInput;
  readonly #facts: { readonly requestVersion: number };
  readonly #output = deferred<CallOutput>();
  #isGiven = false;
  #asksAgain = false;

  constructor(input: CallInput) {
    this.#input = input;
    this.#facts = { requestVersion: input.function.optimizeParallelism ? 2 : 1 };
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** Whether the answer asks for another attempt. */
  get asksAgain(): boolean {
    return this.#asksAgain;
  }

  get answer(): Promise<CallOutput> {
    return this.#output.promise;
  }

  /** @param failure Of the last op, when it is a step that failed. */
  ops(ops: readonly WireOp[], failure?: Retriability): void {
    if (!this.#isGiven) this.#asksAgain = failure?.isFinal === false;
    this.#give(opsAnswer(this.#facts, ops, failure));
  }

  result(data: unknown): void {
    this.#give(resultAnswer(this.#facts, data));
  }

  /** In dev mode: tells the author what JSON will lose of the function's result. */
  lookAtResult(data: unknown): void {
    diagnoseResult(this.#input.function, undefined, data);
  }

  /** @param stepId Of the step whose failure it is, for servers that show it. */
  error(error: unknown, retriability: Retriability, stepId?: string): void {
    const written = serializeError(error);
    const told = stepId === undefined ? written : { ...written, stepId };
    this.#give(errorAnswer(this.#facts, told, retriability));
  }

  /** The server has given the work to another call. */
  stale(): void {
    this.error(new StaleDispatchError(this.#input.runId), { isFinal: true });
  }

  stepNotFound(fresh: Iterable<FoundStep>): void {
    const found = Array.from(fresh, (step) => {
      const { hashedId: id, name, displayName } = identityOf(step);
      return { id, name, displayName };
    });
    this.#give(stepNotFoundAnswer(this.#facts, this.#input.targetStepId ?? "", found));
  }

  /** What becomes of an error of the function itself. */
  retriabilityOf(error: unknown, finalErrors: WeakSet<object>): Retriability {
    const { attempt, maxAttempts } = this.#input;
    const { retryDelayMs } = this.#input.function;
    return retriabilityOf(error, { attempt, maxAttempts, retryDelayMs, finalErrors });
  }

  #give(output: CallOutput): void {
    if (this.#isGiven) return;
    this.#isGiven = true;
    this.#output.resolve(output);
  }
}
