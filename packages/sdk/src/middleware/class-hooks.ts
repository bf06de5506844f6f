// Middleware classes (the v4 form) as hooks of execution. Each call and each send outside of runs has its own instances, so their
// fields are state of that call. Hooks that only watch cannot fail a call: what they throw is logged.
import { findScope, runInScope } from "../execution/async-context.ts";
import type { CallOutput } from "../execution/call.ts";
import type { ExecutionHooks, MemoizedStep, StepScope } from "../execution/hooks.ts";
import type { EventObject, HookScope, Logger, RequestFacts } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type {
  BaseMiddleware,
  Request as MiddlewareRequest,
  RunArgs,
  RunContext,
  StepArgs,
  StepInfo,
  StoredSteps,
} from "./base-middleware.ts";

type HookName = {
  [K in keyof BaseMiddleware]-?: K extends `on${string}` ? K : never;
}[keyof BaseMiddleware];

/** What the middlewares of one call share. */
export interface ClassCall {
  readonly fn: EverstepFunction;
  readonly call: HookScope;
  readonly logger: Logger;
}

/** The hooks of one call. */
export function classCallHooks(middleware: BaseMiddleware, given: ClassCall): ExecutionHooks {
  return new CallHooks(middleware, given).hooks();
}

/** The hooks of sends. `fn` is null outside of runs. */
export function classSendHooks(
  middleware: BaseMiddleware,
  fn: EverstepFunction | null,
): ExecutionHooks {
  const hooks: ExecutionHooks = {};
  if (middleware.transformSendEvent !== undefined) {
    hooks.transformSendEvents = async (events) => {
      // Copies, because middleware may change them in place and the author may send them again.
      const copies = events.map((event) => ({ ...event }));
      const changed = await middleware.transformSendEvent?.({ events: copies, fn });
      return (changed?.events as EventObject[] | undefined) ?? copies;
    };
  }
  if (middleware.wrapSendEvent !== undefined) {
    hooks.wrapSend = async (events, next) =>
      (await middleware.wrapSendEvent?.({ events, fn, next: () => next(events) })) ?? next(events);
  }
  return hooks;
}

class CallHooks {
  readonly #middleware: BaseMiddleware;
  readonly #given: ClassCall;
  /** As the handler gets it, as far as this middleware knows. */
  #context: RunContext = {} as RunContext;
  #isRunStart = false;

  constructor(middleware: BaseMiddleware, given: ClassCall) {
    this.#middleware = middleware;
    this.#given = given;
  }

  hooks(): ExecutionHooks {
    const { call, fn } = this.#given;
    return {
      transformInput: (input) => this.#transformInput(input),
      beforeMemoization: async () => {
        if (this.#isRunStart) await this.#watch("onRunStart", this.#run);
      },
      ...this.#watchers(),
      ...this.#wrappers(),
      ...(this.#middleware.transformStepInput === undefined
        ? {}
        : { transformStepInput: (scope, input) => this.#transformStepInput(scope, input) }),
      ...(this.#middleware.wrapRequest === undefined || call.request === undefined
        ? {}
        : { wrapRequest: this.#wrapRequest(call.request) }),
      ...classSendHooks(this.#middleware, fn),
    };
  }

  get #run(): RunArgs {
    return { ctx: this.#context, fn: this.#given.fn };
  }

  async #transformInput({
    ctx,
    steps,
  }: {
    readonly ctx: Record<string, unknown>;
    readonly steps: readonly MemoizedStep[];
  }): Promise<{ ctx?: Record<string, unknown>; steps?: readonly MemoizedStep[] }> {
    this.#context = ctx as unknown as RunContext;
    this.#isRunStart = this.#context.attempt === 0 && steps.length === 0;
    const changed = await this.#middleware.transformFunctionInput?.({
      ctx: this.#context,
      fn: this.#given.fn,
      steps: toStored(steps),
    });
    if (changed === undefined) return {};
    this.#context = changed.ctx;
    return {
      ctx: changed.ctx as unknown as Record<string, unknown>,
      steps: fromStored(changed.steps),
    };
  }

  #watchers(): ExecutionHooks {
    const middleware = this.#middleware;
    const hooks: ExecutionHooks = {};
    if (middleware.onMemoizationEnd !== undefined) {
      hooks.afterMemoization = () => this.#watch("onMemoizationEnd", this.#run);
    }
    if (middleware.onStepComplete !== undefined || middleware.onStepError !== undefined) {
      hooks.transformOutput = async ({ step, isFinal = false, ...result }) => {
        if (step !== undefined) await this.#watchStep(this.#step(step), { ...result, isFinal });
        return result;
      };
    }
    if (middleware.onRunComplete !== undefined || middleware.onRunError !== undefined) {
      hooks.finished = async ({ data, error, isFinal = false }) => {
        if (error === undefined) {
          await this.#watch("onRunComplete", { ...this.#run, output: data });
        } else {
          await this.#watch("onRunError", {
            ...this.#run,
            error: toError(error),
            isFinalAttempt: isFinal,
          });
        }
      };
    }
    return hooks;
  }

  async #watchStep(
    step: StepArgs,
    result: { readonly data?: unknown; readonly error?: unknown; readonly isFinal: boolean },
  ): Promise<void> {
    if (result.error === undefined) {
      await this.#watch("onStepComplete", { ...step, output: result.data });
      return;
    }
    await this.#watch("onStepError", {
      ...step,
      error: toError(result.error),
      isFinalAttempt: result.isFinal,
    });
  }

  #wrappers(): ExecutionHooks {
    const middleware = this.#middleware;
    const hooks: ExecutionHooks = {};
    if (middleware.wrapFunctionHandler !== undefined) {
      hooks.wrapFunctionHandler = async (next) =>
        middleware.wrapFunctionHandler?.({ ...this.#run, next });
    }
    if (middleware.wrapStep !== undefined) {
      hooks.wrapStep = (scope, next) => this.#wrapStep(scope, next);
    }
    if (middleware.wrapStepHandler !== undefined || middleware.onStepStart !== undefined) {
      hooks.wrapStepHandler = async (scope, next) => {
        const step = this.#step(scope);
        await this.#watch("onStepStart", step);
        return middleware.wrapStepHandler === undefined
          ? next()
          : middleware.wrapStepHandler({ ...step, next });
      };
    }
    return hooks;
  }

  /** A step that the wrapper itself calls is not wrapped by it again, which would never end. */
  async #wrapStep(scope: StepScope, next: () => Promise<unknown>): Promise<unknown> {
    const wrap = async (inner: () => Promise<unknown>): Promise<unknown> =>
      this.#middleware.wrapStep?.({ ...this.#step(scope), next: inner });
    const outside = findScope();
    if (outside === undefined) return wrap(next);
    const wrappers = outside.wrappers ?? [];
    if (wrappers.includes(this)) return next();
    return runInScope({ ...outside, wrappers: [...wrappers, this] }, () =>
      wrap(() => runInScope(outside, next)),
    );
  }

  async #transformStepInput(
    scope: StepScope,
    input: readonly unknown[],
  ): Promise<readonly unknown[]> {
    const { hashedId, memoized, stepType } = stepInfo(scope);
    const changed = await this.#middleware.transformStepInput?.({
      fn: this.#given.fn,
      stepInfo: { hashedId, memoized, stepType },
      stepOptions: { ...scope.options, name: scope.name },
      input: [...input],
    });
    if (changed === undefined) return input;
    const { id, name } = changed.stepOptions;
    if (id !== scope.options.id || name !== scope.name) {
      scope.rename?.({ id, ...(name === undefined ? {} : { name }) });
    }
    return changed.input;
  }

  #wrapRequest(request: RequestFacts): (next: () => Promise<CallOutput>) => Promise<CallOutput> {
    const { fn, call } = this.#given;
    return async (next) =>
      (await this.#middleware.wrapRequest?.({
        fn,
        runId: call.runId,
        requestArgs: call.requestArgs,
        requestInfo: requestInfo(request),
        next,
      })) ?? next();
  }

  #step(scope: StepScope): StepArgs {
    return { ...this.#run, stepInfo: stepInfo(scope) };
  }

  async #watch(hook: HookName, args: object): Promise<void> {
    try {
      const watcher = this.#middleware[hook] as ((args: object) => unknown) | undefined;
      await watcher?.call(this.#middleware, args);
    } catch (error) {
      this.#given.logger.error(`${hook} of the middleware "${this.#middleware.id}" failed:`, error);
    }
  }
}

function stepInfo({ hashedId, input, isMemoized, options, stepType }: StepScope): StepInfo {
  const { id, name } = options;
  return {
    hashedId,
    ...(input.length === 0 ? {} : { input }),
    memoized: isMemoized,
    options: { id, name: name ?? id },
    stepType,
  };
}

function toStored(steps: readonly MemoizedStep[]): StoredSteps {
  return Object.fromEntries(
    steps.map(({ id, ...step }) => {
      if (step.error !== undefined) return [id, { type: "error", error: step.error }];
      if ("data" in step) return [id, { type: "data", data: step.data }];
      return [id, { type: "input", input: undefined }];
    }),
  );
}

function fromStored(steps: StoredSteps): MemoizedStep[] {
  return Object.entries(steps).map(([id, step]) => {
    if (step.type === "error") return { id, error: step.error as unknown };
    return step.type === "data" ? { id, data: step.data as unknown } : { id };
  });
}

function requestInfo({ method, url, header, body }: RequestFacts): MiddlewareRequest {
  const headers = new Proxy(
    {},
    {
      get: (_target, name) => (typeof name === "string" ? header(name.toLowerCase()) : undefined),
    },
  );
  return { method, url: new URL(url), headers, body };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
