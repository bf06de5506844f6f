// Middleware as objects (the v3 form): a name and an `init` that registers hooks, once per client or function. This file has the
// class and the types of the hooks; what they do in a call is in object-hooks.ts.
/* oxlint-disable typescript/no-explicit-any -- results of steps and functions are of any type, and authors change them freely */
import type { Everstep } from "../client/everstep.ts";
import type { MemoizedStep, SendResult } from "../execution/hooks.ts";
import type { EventObject } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { BaseHandlerContext, ClientStepTools } from "../functions/handler-context.ts";
import type { NoEvents } from "../schemas/event-registry.ts";
import type { EventPayload, ReceivedEvent } from "../schemas/event-payload.ts";

type Awaitable<T> = T | Promise<T>;

/** The handler's context, as middleware sees it: of any function. */
export type MiddlewareRunContext = BaseHandlerContext<
  ReceivedEvent,
  ClientStepTools<NoEvents, false>
>;

/** A result or an error, of the function or of a step. */
export interface MiddlewareResult {
  data?: any;
  error?: any;
}

/** The step whose result is given; absent for the function's own. */
export interface MiddlewareStep {
  /** The hash on the wire. */
  readonly id: string;
  /** The author's id. */
  readonly name: string;
  readonly displayName: string;
  readonly stepType: string;
  /** What is reported of the step. */
  readonly op: "StepRun" | "StepError" | "StepFailed";
  /** Arguments of the callback, when there are any. */
  readonly opts: { readonly input?: readonly unknown[] };
}

/** Hooks of one call of a function. */
export interface FunctionRunHooks {
  /** May add members to the handler's context and change what is remembered of steps. */
  readonly transformInput?: (input: {
    readonly ctx: MiddlewareRunContext;
    readonly steps: readonly MemoizedStep[];
    readonly fn: EverstepFunction;
    readonly reqArgs: readonly unknown[];
  }) => Awaitable<{ ctx?: Record<string, any>; steps?: readonly MemoizedStep[] } | void>;
  readonly beforeMemoization?: () => Awaitable<void>;
  readonly afterMemoization?: () => Awaitable<void>;
  readonly beforeExecution?: () => Awaitable<void>;
  readonly afterExecution?: () => Awaitable<void>;
  /** May change what is sent to the engine. */
  readonly transformOutput?: (output: {
    readonly result: Readonly<MiddlewareResult>;
    readonly step?: MiddlewareStep;
  }) => Awaitable<{ result?: MiddlewareResult } | void>;
  /** The function has returned or thrown. */
  readonly finished?: (output: { readonly result: Readonly<MiddlewareResult> }) => Awaitable<void>;
  readonly beforeResponse?: () => Awaitable<void>;
}

/** Hooks of one send, and of the payload of one invocation. */
export interface SendEventHooks {
  readonly transformInput?: (input: {
    /** Copies: they may be changed in place. */
    readonly payloads: readonly EventPayload[];
  }) => Awaitable<{ payloads?: readonly EventPayload[] } | void>;
  readonly transformOutput?: (output: {
    readonly result: SendResult;
  }) => Awaitable<{ result?: Partial<SendResult> & Record<string, any> } | void>;
}

/** What `init` gives back. */
export interface MiddlewareRegisterReturn {
  readonly onFunctionRun?: (call: {
    readonly ctx: { readonly event: EventObject; readonly runId: string };
    readonly steps: readonly MemoizedStep[];
    readonly fn: EverstepFunction;
    readonly reqArgs: readonly unknown[];
  }) => Awaitable<FunctionRunHooks | void>;
  readonly onSendEvent?: () => Awaitable<SendEventHooks | void>;
}

/** Registers hooks: once for the client, or once for each function that lists the middleware. */
export type MiddlewareRegisterFn = (owner: {
  readonly client: Everstep;
  readonly fn?: EverstepFunction;
}) => Awaitable<MiddlewareRegisterReturn>;

/** What `new InngestMiddleware` takes. */
export interface MiddlewareOptions {
  /** For logs and errors. */
  readonly name: string;
  readonly init: MiddlewareRegisterFn;
}

/**
 * Middleware as an object.
 *
 * @example
 * const withDatabase = new InngestMiddleware({
 *   name: "database",
 *   init: () => ({
 *     onFunctionRun: () => ({ transformInput: () => ({ ctx: { db } }) }),
 *   }),
 * });
 * const inngest = new Everstep({ id: "shop", middleware: [withDatabase] });
 */
export class InngestMiddleware<const TOptions extends MiddlewareOptions = MiddlewareOptions> {
  readonly name: TOptions["name"];
  readonly init: TOptions["init"];

  /** @throws TypeError without a name or an `init` function. */
  constructor({ name, init }: TOptions) {
    if (typeof name !== "string" || typeof init !== "function") {
      throw new TypeError(
        `new InngestMiddleware() needs a name and a function init: { name: "database", init: () => ({ … }) }; it got the name ${JSON.stringify(name)} and init ${typeof init}.`,
      );
    }
    this.name = name;
    this.init = init;
  }

  get [Symbol.toStringTag](): "Inngest.Middleware" {
    return "Inngest.Middleware";
  }
}

// Existing apps write `InngestMiddleware.Any`.
export declare namespace InngestMiddleware {
  /** Middleware as an object, with any hooks. */
  export type Any = InngestMiddleware;
  /** Middleware of any copy of the package. */
  export interface Like {
    readonly [Symbol.toStringTag]: "Inngest.Middleware";
  }
  /** One or more of them. */
  export type Stack = [InngestMiddleware.Like, ...InngestMiddleware.Like[]];
}
