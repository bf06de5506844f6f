// All steps that the running function has asked for: remembered ones wait for their turn in the stack, new ones for a decision.
// Says when user code has come to rest; what is done then is the call's business.
import { StepError } from "../errors.ts";
import type { StepRequest } from "../steps/step-request.ts";
import { afterMicrotasks } from "./after-microtasks.ts";
import { findScope, runInScope } from "./async-context.ts";
import {
  hasWholeInput,
  renameStep,
  StepIds,
  stepInput,
  stepScopeOf,
  type FoundStep,
} from "./found-step.ts";
import type { ExecutionHooks, StepScope } from "./hooks.ts";
import { parseMemo } from "./memo.ts";
import { StackOrder } from "./stack-order.ts";

export interface StepBoardPort {
  readonly attempt: number;
  /** Grows when later calls of the run bring results. */
  readonly steps: Record<string, unknown>;
  readonly stack: readonly string[];
  readonly hooks: ExecutionHooks;
  /** A step got its identity. */
  onMet(step: FoundStep): void;
  /** User code rests: nothing happens until something here is settled or something outside is done. */
  onRest(): void;
}

/** Results that a parked run does not know yet, by hashed id, and their order. */
export interface StepNews {
  readonly steps: Readonly<Record<string, unknown>>;
  readonly stack: readonly string[];
}

export class StepBoard {
  /** Met, not remembered, and not run in this call; in the order in which they were met. */
  readonly fresh: Set<FoundStep> = new Set();
  readonly order: StackOrder<FoundStep>;
  readonly #port: StepBoardPort;
  readonly #ids = new StepIds();
  #preparingCount = 0;
  #isWatching = false;
  #isClosed = false;
  #hasSteps = false;

  constructor(port: StepBoardPort) {
    this.#port = port;
    this.order = new StackOrder(port.stack);
  }

  /** Whether user code has called any step yet. */
  get hasSteps(): boolean {
    return this.#hasSteps;
  }

  /** Takes a step in; the promise is what user code awaits. */
  add(request: StepRequest): Promise<unknown> {
    try {
      // Nothing may be awaited before the id is taken: ids are numbered in the order of the calls.
      const step = this.#createStep(request);
      this.#hasSteps = true;
      this.#port.onMet(step);
      const { hooks } = this.#port;
      const isPlain = hooks.wrapStep === undefined && hooks.transformStepInput === undefined;
      return isPlain ? this.#place(step) : this.#prepare(step);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Takes in what a later call brings: each result waits for its turn, whether its step has been met or not. */
  remember(news: StepNews): void {
    const met = new Map(Array.from(this.fresh, (step) => [step.hashedId, step]));
    for (const id of news.stack) {
      const value = news.steps[id];
      this.order.positionOf(id);
      const step = met.get(id);
      if (step === undefined) {
        this.#port.steps[id] = value;
        continue;
      }
      step.memo = parseMemo(value);
      this.fresh.delete(step);
      this.order.add(id, step);
    }
  }

  /** Calls onRest once user code has come to rest. */
  watch(): void {
    if (this.#isWatching || this.#isClosed) return;
    this.#isWatching = true;
    afterMicrotasks(() => {
      this.#isWatching = false;
      if (!this.#isClosed && this.#preparingCount === 0) this.#port.onRest();
    });
  }

  /** Lets go of everything, so that suspended user code can be collected. */
  close(): void {
    this.#isClosed = true;
    this.fresh.clear();
    this.order.takeAll();
  }

  #createStep(request: StepRequest): FoundStep {
    const { steps } = this.#port;
    const identity = this.#ids.next(request.options.id);
    const memo = Object.hasOwn(steps, identity.hashedId)
      ? parseMemo(steps[identity.hashedId])
      : undefined;
    const edited = memo?.kind === "input" ? memo.inputs : undefined;
    const isInference = request.op === "AIGateway";
    return {
      ...identity,
      request,
      memo,
      scope: findScope(),
      inputs: edited !== undefined && !isInference ? edited : request.inputs,
      opts:
        edited !== undefined && isInference ? withBody(request, edited[0]) : (request.opts ?? {}),
      resolve: () => {},
      reject: () => {},
    };
  }

  #place(step: FoundStep): Promise<unknown> {
    return new Promise((resolve, reject) => {
      step.resolve = resolve;
      step.reject = reject;
      if (this.#isClosed) return;
      if (step.memo === undefined || step.memo.kind === "input") this.fresh.add(step);
      else this.order.add(step.hashedId, step);
      this.watch();
    });
  }

  /** Middleware may take its time: no decision is made before all steps that were called together are placed. */
  async #prepare(step: FoundStep): Promise<unknown> {
    const { hooks, attempt } = this.#port;
    let isPlaced = false;
    const placed = (): void => {
      if (isPlaced) return;
      isPlaced = true;
      this.#preparingCount -= 1;
      this.watch();
    };
    const place = async (): Promise<unknown> => {
      const result = this.#place(step);
      placed();
      return result;
    };
    this.#preparingCount += 1;
    try {
      await this.#transformInputs(step);
      if (hooks.wrapStep === undefined) return await place();
      return await this.#wrap(() => hooks.wrapStep?.(stepScopeOf(step, attempt), place), placed);
    } finally {
      placed();
    }
  }

  /** A wrapper that waits for a step of its own cannot place this one before: then nobody waits for it. */
  async #wrap(wrapper: () => Promise<unknown> | undefined, onStep: () => void): Promise<unknown> {
    const scope = findScope();
    if (scope === undefined) return wrapper();
    const told = {
      ...scope,
      onStep: (): void => {
        scope.onStep?.();
        onStep();
      },
    };
    return runInScope(told, wrapper);
  }

  /** Under its new id. */
  #lookUp(step: FoundStep): void {
    const { steps } = this.#port;
    step.memo = Object.hasOwn(steps, step.hashedId) ? parseMemo(steps[step.hashedId]) : undefined;
    this.#port.onMet(step);
  }

  async #transformInputs(step: FoundStep): Promise<void> {
    const { hooks, attempt } = this.#port;
    if (hooks.transformStepInput === undefined) return;
    const scope: StepScope = {
      ...stepScopeOf(step, attempt),
      rename: (options) => {
        if (renameStep(step, options, this.#ids)) this.#lookUp(step);
        Object.assign(scope, stepScopeOf(step, attempt));
      },
    };
    const after = await hooks.transformStepInput(scope, stepInput(step));
    if (!hasWholeInput(step)) {
      if (step.request.handler !== undefined) step.inputs = after;
    } else if (typeof after[0] === "object" && after[0] !== null) {
      step.opts = after[0] as FoundStep["opts"];
    }
  }
}

/** Gives user code what is remembered. Returns the error when that is what it is. */
export async function recall(step: FoundStep, finalErrors: WeakSet<object>): Promise<void> {
  const { memo, request } = step;
  if (memo?.kind === "error") {
    rejectWith(step, finalErrors, new StepError(request.options.id, memo.error));
    return;
  }
  const data = memo?.kind === "data" ? memo.data : undefined;
  if (request.decode === undefined) {
    step.resolve(data);
    return;
  }
  try {
    step.resolve(await request.decode(data));
  } catch (error) {
    rejectWith(step, finalErrors, new StepError(request.options.id, error));
  }
}

function rejectWith(step: FoundStep, finalErrors: WeakSet<object>, error: Error): void {
  finalErrors.add(error);
  step.reject(error);
}

function withBody(request: StepRequest, body: unknown): Readonly<Record<string, unknown>> {
  const before = request.opts?.["body"];
  return {
    ...request.opts,
    body: {
      ...(typeof before === "object" ? before : {}),
      ...(typeof body === "object" ? body : {}),
    },
  };
}
