// One attempt of one step's callback: its context, its middleware, its time limit, and the op that tells the outcome. Steps
// that the callback calls run inline (R7): each is recorded under the parent's id and its own, and remembered even when the
// parent's attempt fails.
import { NestedStepError, StepError } from "../errors.ts";
import type { LogBuffer } from "../logging/log-buffer.ts";
import type { StepRequest } from "../steps/step-request.ts";
import { diagnoseError, diagnoseResult } from "../logging/diagnostics.ts";
import { roundTrip } from "../wire/json-text.ts";
import { stepErrorOp, stepRunOp, timingOf, type WireOp } from "../wire/op.ts";
import { serializeError } from "../wire/serialized-error.ts";
import { stepHash } from "../wire/step-hash.ts";
import { deferred } from "./deferred.ts";
import { runInScope, type CallScope, type RunningStep } from "./async-context.ts";
import type { CallInput } from "./call.ts";
import type { Deadline } from "./deadline.ts";
import { isFaithful } from "./faithful-values.ts";
import { identityOf, stepScopeOf, type FoundStep } from "./found-step.ts";
import type { ExecutionHooks } from "./hooks.ts";
import { parseMemo } from "./memo.ts";
import { retriabilityOf, type Retriability } from "./retriability.ts";
import { StepAttempt } from "./step-context.ts";

export interface StepOutcome {
  readonly op: WireOp;
  /** A copy for user code that goes on in this call; what the op carries stays as it is. */
  readonly copyValue: () => unknown;
  /** Only a replay tells what middleware makes of the stored value: user code must not go on in this call. */
  readonly isReplayed?: boolean;
  /** Set when the attempt failed. */
  readonly failure?: Retriability;
  /** What the callback threw. */
  readonly thrown?: unknown;
}

export interface StepRunnerPort {
  readonly input: CallInput;
  readonly steps: Readonly<Record<string, unknown>>;
  readonly hooks: ExecutionHooks;
  readonly scope: CallScope;
  readonly deadline: Deadline | undefined;
  readonly finalErrors: WeakSet<object>;
  readonly logs: LogBuffer | undefined;
  /** Whether the call is answered: what its callbacks do from then on counts for nothing. */
  isOver(): boolean;
  /** Takes the op of a nested step; resolves when it is as safe as it can be made now. */
  record(op: WireOp): Promise<void>;
}

export class StepRunner {
  readonly #port: StepRunnerPort;
  /** The step whose callback runs now, for platforms on which scopes do not follow. */
  current: RunningStep | undefined;

  constructor(port: StepRunnerPort) {
    this.#port = port;
  }

  async run(step: FoundStep): Promise<StepOutcome> {
    const attempt = new StepAttempt(this.#port.input, step);
    const startedAtMs = Date.now();
    try {
      const result = await this.#untilDeadline(step, attempt);
      const outcome = this.#succeeded(step, result, startedAtMs);
      return outcome instanceof Promise ? await outcome : outcome;
    } catch (error) {
      return await this.failed(step, error, startedAtMs);
    } finally {
      this.current = undefined;
    }
  }

  /** The outcome of a step that failed, or that is not even begun. */
  async failed(step: FoundStep, error: unknown, startedAtMs: number): Promise<StepOutcome> {
    const { input, hooks, finalErrors } = this.#port;
    const { retry, retries } = step.request.options;
    diagnoseError(input.function, step.id, error);
    const failure = retriabilityOf(error, {
      attempt: input.attempt,
      maxAttempts: input.maxAttempts,
      retryDelayMs: input.function.retryDelayMs,
      stepRetry: retries === undefined ? retry : { ...retry, attempts: retries },
      finalErrors,
    });
    const changed =
      hooks.transformOutput === undefined
        ? undefined
        : await hooks.transformOutput({
            error,
            step: stepScopeOf(step, input.attempt),
            isFinal: failure.isFinal,
          });
    const written = serializeError(changed?.error ?? error);
    const op = stepErrorOp(identityOf(step), {
      error:
        this.#port.deadline?.isDeadline(error) === true
          ? { ...written, data: this.#port.deadline?.mark }
          : written,
      isFinal: failure.isFinal,
      timing: timingOf(startedAtMs, Date.now()),
    });
    return {
      op: withMetadata(op, step.request),
      copyValue: () => undefined,
      failure,
      thrown: error,
    };
  }

  /** A step inside the callback of another. */
  async #runNested(request: StepRequest, parent: RunningStep): Promise<unknown> {
    const { options } = request;
    if (request.handler === undefined) {
      throw new NestedStepError(options.id, parent.id, `step.${request.stepType}`);
    }
    const step = this.#nestedStep(request, parent);
    const { hooks, input } = this.#port;
    const next = (): Promise<unknown> => this.#runOrRecall(step, options.id);
    return hooks.wrapStep === undefined
      ? next()
      : hooks.wrapStep(stepScopeOf(step, input.attempt), next);
  }

  async #runOrRecall(step: FoundStep, id: string): Promise<unknown> {
    if (step.memo?.kind === "data") return step.memo.data;
    if (step.memo?.kind === "error") throw new StepError(id, step.memo.error);
    const startedAtMs = Date.now();
    // An error is the parent's to catch: its attempt decides what is tried again.
    const result = await this.#call(step, new StepAttempt(this.#port.input, step));
    const outcome = await this.#succeeded(step, result, startedAtMs);
    await this.#port.record(outcome.op);
    return outcome.copyValue();
  }

  #succeeded(
    step: FoundStep,
    result: unknown,
    startedAtMs: number,
  ): StepOutcome | Promise<StepOutcome> {
    const { hooks, input } = this.#port;
    const timing = timingOf(startedAtMs, Date.now());
    const value = roundTrip(result);
    const outcomeOf = (given: unknown, data: unknown): StepOutcome => {
      diagnoseResult(input.function, step.id, given);
      const op = stepRunOp(identityOf(step), { data, timing });
      return { op: withMetadata(op, step.request), copyValue: () => roundTrip(value) };
    };
    if (hooks.transformOutput === undefined) return outcomeOf(result, value);
    // Middleware may have a JSON form of its own for what JSON does not keep, so it sees the value as it was returned.
    const output = { data: result ?? null, step: stepScopeOf(step, input.attempt) };
    return hooks.transformOutput(output).then(({ data }) => {
      const outcome = outcomeOf(data, roundTrip(data));
      const isReplayed = hooks.transformInput !== undefined && !isFaithful(data, output.data);
      return isReplayed ? { ...outcome, isReplayed } : outcome;
    });
  }

  #call(step: FoundStep, attempt: StepAttempt): Promise<unknown> {
    const { hooks, scope, input } = this.#port;
    const running: RunningStep = {
      id: step.id,
      hashedId: step.hashedId,
      attempt: input.attempt,
      childCounts: new Map(),
      logs: this.#port.logs,
      runNested: (request) =>
        this.#port.isOver() ? new Promise(() => {}) : this.#runNested(request, running),
    };
    this.current ??= running;
    const body = (): unknown => step.request.handler?.(step.inputs, attempt);
    return runInScope({ ...scope, step: running }, async () =>
      hooks.wrapStepHandler === undefined
        ? body()
        : hooks.wrapStepHandler(stepScopeOf(step, input.attempt), async () => body()),
    );
  }

  #untilDeadline(step: FoundStep, attempt: StepAttempt): Promise<unknown> {
    const { deadline } = this.#port;
    if (deadline === undefined || deadline.isDelivered) return this.#call(step, attempt);
    return this.#raceDeadline(deadline, step, attempt);
  }

  /** Once the deadline has passed, the callback is told to stop and no longer waited for. */
  async #raceDeadline(deadline: Deadline, step: FoundStep, attempt: StepAttempt): Promise<unknown> {
    const ended = deferred<never>();
    const stop = deadline.onPassed(deadline.atMs, () => {
      const error = this.deadlineError(step);
      attempt.abort(error);
      ended.reject(error);
    });
    try {
      return await Promise.race([this.#call(step, attempt), ended.promise]);
    } finally {
      stop();
    }
  }

  /** The TimeoutError of a step in flight. */
  deadlineError(step: FoundStep): Error {
    const error = this.#port.deadline?.error(step.id) ?? new Error("The function has no timeout.");
    this.#port.finalErrors.add(error);
    return error;
  }

  #nestedStep(request: StepRequest, parent: RunningStep): FoundStep {
    const { options } = request;
    const childId = `${parent.id} > ${options.id}`;
    const index = parent.childCounts.get(childId) ?? 0;
    parent.childCounts.set(childId, index + 1);
    const hashedId = stepHash(childId, index);
    const { steps } = this.#port;
    const memo = Object.hasOwn(steps, hashedId) ? parseMemo(steps[hashedId]) : undefined;
    const name = options.name ?? options.id;
    return {
      request: { ...request, options: { ...options, id: childId, name } },
      id: index === 0 ? childId : `${childId}:${index}`,
      index,
      hashedId,
      memo,
      scope: undefined,
      inputs: memo?.kind === "input" ? memo.inputs : request.inputs,
      opts: request.opts ?? {},
      resolve: () => {},
      reject: () => {},
    };
  }
}

function withMetadata(op: WireOp, request: StepRequest): WireOp {
  const metadata = request.metadata?.();
  return metadata === undefined || metadata.length === 0 ? op : { ...op, metadata };
}
