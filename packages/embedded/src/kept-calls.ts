// Calls of functions in this process, which go on in memory where their run waits there, and replay where it does not. The rules
// are those of calls over HTTP (docs/reference/continuation.md); only nothing is written and read in between. Invariant: what a
// call that was given up leaves behind is never gone on with, for the engine does not have its answer.
import { Continuations, newsOf, type InProcessCall } from "@everstep/engine";
import { EverstepError, type Continuation } from "@everstep/protocol";
import type { CallOutput } from "everstep";
import { ParkedRuns, continueCall, executeCall, type ExecuteOptions } from "everstep/in-process";
import { callFactsOf, stepValues, toCallInput, type PreparedCall } from "./call-input.ts";
import type { ServedFunction } from "./served-functions.ts";

export interface KeptCall {
  readonly answer: Promise<CallOutput>;
  /** Nobody waits for the answer any more. */
  giveUp(): void;
}

export class KeptCalls {
  readonly #continuations = new Continuations();
  readonly #parkedRuns = new ParkedRuns();

  make(call: InProcessCall, served: ServedFunction, options: ExecuteOptions): KeptCall {
    const { stack } = call.run.state;
    const prepared: PreparedCall = { ...call, head: call.run.state.head, stackSize: stack.length };
    const attempt = new CallAttempt(this.#continuations, prepared);
    return {
      answer: this.#answer(attempt, served, options),
      giveUp: () => attempt.giveUp(),
    };
  }

  close(): void {
    this.#parkedRuns.clear();
  }

  async #answer(
    attempt: CallAttempt,
    served: ServedFunction,
    options: ExecuteOptions,
  ): Promise<CallOutput> {
    const { call } = attempt;
    // Most runs end in one call and wait for nothing.
    const turn = attempt.begin();
    if (turn !== undefined) await turn;
    try {
      const place = attempt.find();
      if (place !== undefined) {
        const continued = continuedCallOf(call, place);
        const output = await continueCall(continued, served.definition, this.#keeping(options));
        if (output !== undefined) return attempt.noted(output, "continued");
        attempt.miss();
      }
      const isOffered = this.#continuations.mayOffer(call);
      const output = await executeCall(
        toCallInput(call, served),
        isOffered ? this.#keeping(options) : options,
      );
      return attempt.noted(output, isOffered ? "offered" : "whole");
    } finally {
      attempt.end();
    }
  }

  #keeping(options: ExecuteOptions): ExecuteOptions & { readonly parkedRuns: ParkedRuns } {
    return { ...options, parkedRuns: this.#parkedRuns };
  }
}

function noop(): void {}

/** One call's dealings with the places where runs wait. */
class CallAttempt {
  readonly call: PreparedCall;
  readonly #continuations: Continuations;
  #place: Continuation | undefined;
  #isGivenUp = false;
  #release: () => void = noop;

  constructor(continuations: Continuations, call: PreparedCall) {
    this.#continuations = continuations;
    this.call = call;
  }

  /** @throws EverstepError shutting_down when the call was given up before it was its turn. */
  begin(): Promise<void> | undefined {
    const release = this.#continuations.begin(this.call);
    if (release instanceof Promise) return release.then((given) => this.#take(given));
    this.#take(release);
    return undefined;
  }

  #take(release: () => void): void {
    if (this.#isGivenUp) {
      release();
      throw new EverstepError("shutting_down", "The call was given up before it was made.");
    }
    this.#release = release;
  }

  find(): Continuation | undefined {
    this.#place = this.#continuations.find(this.call);
    return this.#place;
  }

  miss(): void {
    if (this.#place !== undefined) this.#continuations.miss(this.call, this.#place.token);
    this.#place = undefined;
  }

  noted(output: CallOutput, how: "continued" | "offered" | "whole"): CallOutput {
    if (!this.#isGivenUp) this.#continuations.note(this.call, output.headers, how);
    return output;
  }

  giveUp(): void {
    this.#isGivenUp = true;
    this.miss();
    this.end();
  }

  end(): void {
    this.#release();
    this.#release = noop;
  }
}

function continuedCallOf(
  call: PreparedCall,
  place: Continuation,
): Parameters<typeof continueCall>[0] {
  const stack = newsOf(call, place);
  const { outputs } = call.run.state;
  const steps = stepValues(stack.map((id) => [id, outputs.get(id) ?? "null"]));
  return { token: place.token, news: { stack, steps }, input: callFactsOf(call) };
}
