// Middleware as classes (the v4 form): one instance per call and per send, hooks as methods. Exported as `Middleware`. This file has
// the base class and the types of the hooks' arguments; what they do in a call is in class-hooks.ts.
/* oxlint-disable typescript/no-explicit-any -- values of steps and functions are of any type */
import type { Everstep } from "../client/everstep.ts";
import type { SendResult } from "../execution/hooks.ts";
import type { EventObject } from "../functions/definition.ts";
import type { EverstepFunction } from "../functions/everstep-function.ts";
import type { EventPayload } from "../schemas/event-payload.ts";
import type { Jsonify } from "../schemas/jsonify.ts";
import type { StepOptions } from "../steps/step-request.ts";
import type { MiddlewareRunContext } from "./inngest-middleware.ts";

type Awaitable<T> = T | Promise<T>;

/** The handler's context, as middleware sees it: of any function. */
export type RunContext = MiddlewareRunContext;

/** How a value's type changes on its way through the engine: extend it and give `Out` in terms of `this["In"]`. */
export interface StaticTransform {
  In: unknown;
  Out: unknown;
}
/** What JSON makes of it. */
export interface DefaultStaticTransform extends StaticTransform {
  Out: Jsonify<this["In"]>;
}

/** `run`, `sendEvent`, `sleep`, `waitForEvent`, `invoke`, …; more may come. */
export type StepType = string;

/** A step as hooks see it. */
export interface StepInfo {
  readonly hashedId: string;
  /** Arguments of the callback; options of an invocation or of a wait for an event. */
  readonly input?: readonly unknown[];
  /** True when the result is remembered. */
  readonly memoized: boolean;
  readonly options: StepOptions;
  readonly stepType: StepType;
}

/** What is remembered of a step. */
export type StoredStep =
  | { readonly type: "data"; readonly data: any }
  | { readonly type: "error"; readonly error: any }
  | { readonly type: "input"; readonly input: unknown };
/** What is remembered of all steps, by hashed id. */
export type StoredSteps = Record<string, StoredStep>;
/** The same under the official SDK's name. */
export type MemoizedStep = StoredStep;
/** The same under the official SDK's name. */
export type MemoizedSteps = StoredSteps;
/** `step` of a handler, for middleware that adds tools to it. */
export type StepTools = RunContext["step"];

/** Argument of `onRegister`. */
export interface OnRegisterArgs {
  readonly client: Everstep;
  /** Null when the client lists the middleware. */
  readonly fn: EverstepFunction | null;
}
/** Argument of hooks that watch a run, and part of most others. */
export interface RunArgs {
  readonly ctx: RunContext;
  readonly fn: EverstepFunction;
}
/** Argument of hooks that watch a step. */
export interface StepArgs extends RunArgs {
  readonly stepInfo: StepInfo;
}
/** What hooks are told of a result: the value, before it becomes JSON. */
export interface OutputArgs {
  readonly output: unknown;
}
/** What hooks are told of a failed attempt. */
export interface ErrorArgs {
  readonly error: Error;
  /** No attempt follows. */
  readonly isFinalAttempt: boolean;
}
/** What hooks that wrap something are given to go on: call `next` once, and give back what it resolves to or something else. */
export interface NextArgs {
  readonly next: () => Promise<unknown>;
}
/** Argument and result of `transformFunctionInput`: return it changed. */
export interface TransformFunctionInputArgs {
  ctx: RunContext;
  readonly fn: EverstepFunction;
  /** By hashed id. */
  steps: StoredSteps;
}
/** Argument and result of `transformStepInput`: return it changed. */
export interface TransformStepInputArgs {
  readonly fn: EverstepFunction;
  readonly stepInfo: Pick<StepInfo, "hashedId" | "memoized" | "stepType">;
  stepOptions: StepOptions;
  input: unknown[];
}
/** Argument and result of `transformSendEvent`: return it changed. */
export interface TransformSendEventArgs {
  /** Copies: they may be changed in place. */
  events: EventPayload<Record<string, any>>[];
  /** Null outside of runs. */
  readonly fn: EverstepFunction | null;
}
/** Argument of `wrapSendEvent`. */
export interface WrapSendEventArgs {
  readonly events: readonly EventObject[];
  readonly fn: EverstepFunction | null;
  readonly next: () => Promise<SendResult>;
}
/** The HTTP request of the call. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  /** By name in any case; cannot be listed. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: () => Promise<unknown>;
}
/** The reply to a call: 200 a result, 206 steps, 400 a final error, 500 an error that is tried again. */
export interface Response {
  readonly status: 200 | 206 | 400 | 500;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** Argument of `wrapRequest`. */
export interface WrapRequestArgs {
  readonly fn: EverstepFunction;
  readonly runId: string;
  readonly requestArgs: readonly unknown[];
  readonly requestInfo: Request;
  readonly next: () => Promise<Response>;
}

/**
 * What middleware classes extend. All hooks may be left out; `on…` hooks only watch, and what they throw is logged.
 *
 * @example
 * class Timing extends Middleware.BaseMiddleware {
 *   readonly id = "timing";
 *   override async wrapStepHandler({ next, stepInfo }: Middleware.StepArgs & Middleware.NextArgs) {
 *     const startedAtMs = Date.now();
 *     try {
 *       return await next();
 *     } finally {
 *       console.log(stepInfo.options.id, Date.now() - startedAtMs);
 *     }
 *   }
 * }
 * const inngest = new Everstep({ id: "shop", middleware: [Timing] });
 */
export abstract class BaseMiddleware {
  /** Called once when the client or a function lists the class. */
  static onRegister?(args: OnRegisterArgs): void;
  /** For logs. */
  abstract readonly id: string;
  readonly client: Everstep;
  /** Types only: how results of functions change on their way. */
  declare functionOutputTransform: StaticTransform;
  /** Types only: how results of steps change on their way. */
  declare stepOutputTransform: StaticTransform;

  constructor({ client }: { readonly client: Everstep }) {
    this.client = client;
  }

  /** All that is remembered has been given back, or new work begins; once per call. */
  onMemoizationEnd?(args: RunArgs): Awaitable<void>;
  /** The first call of a run, at its first attempt. */
  onRunStart?(args: RunArgs): Awaitable<void>;
  onRunComplete?(args: RunArgs & OutputArgs): Awaitable<void>;
  onRunError?(args: RunArgs & ErrorArgs): Awaitable<void>;
  /** The next three: steps with a callback, when it runs. */
  onStepStart?(args: StepArgs): Awaitable<void>;
  onStepComplete?(args: StepArgs & OutputArgs): Awaitable<void>;
  onStepError?(args: StepArgs & ErrorArgs): Awaitable<void>;
  /** May add members to the context and change what is remembered. */
  transformFunctionInput?(args: TransformFunctionInputArgs): Awaitable<TransformFunctionInputArgs>;
  /** May change the arguments of a step; for an invocation and a wait for an event, `input[0]` has the options. */
  transformStepInput?(args: TransformStepInputArgs): Awaitable<TransformStepInputArgs>;
  transformSendEvent?(args: TransformSendEventArgs): Awaitable<TransformSendEventArgs>;
  /** Around a call over HTTP. */
  wrapRequest?(args: WrapRequestArgs): Promise<Response>;
  /** Around the handler; `next()` stays pending when the call ends with a new step. */
  wrapFunctionHandler?(args: RunArgs & NextArgs): Promise<unknown>;
  /** Around each step of each call; `next()` stays pending until the step has a result. */
  wrapStep?(args: StepArgs & NextArgs): Promise<unknown>;
  /** Around each attempt of a step's callback. */
  wrapStepHandler?(args: StepArgs & NextArgs): Promise<unknown>;
  wrapSendEvent?(args: WrapSendEventArgs): Promise<SendResult>;
}

/** Argument of `wrapStep`. */
export type WrapStepArgs = StepArgs & NextArgs;
/** Argument of `wrapStepHandler`. */
export type WrapStepHandlerArgs = StepArgs & NextArgs;
/** Argument of `wrapFunctionHandler`. */
export type WrapFunctionHandlerArgs = RunArgs & NextArgs;
/** Argument of `onMemoizationEnd`. */
export type OnMemoizationEndArgs = RunArgs;
/** Argument of `onRunStart`. */
export type OnRunStartArgs = RunArgs;
/** Argument of `onRunComplete`. */
export type OnRunCompleteArgs = RunArgs & OutputArgs;
/** Argument of `onRunError`. */
export type OnRunErrorArgs = RunArgs & ErrorArgs;
/** Argument of `onStepStart`. */
export type OnStepStartArgs = StepArgs;
/** Argument of `onStepComplete`. */
export type OnStepCompleteArgs = StepArgs & OutputArgs;
/** Argument of `onStepError`. */
export type OnStepErrorArgs = StepArgs & ErrorArgs;

/** A middleware class, as clients and functions take it. */
export type Class = (new (args: { client: Everstep }) => BaseMiddleware) & {
  onRegister?(args: OnRegisterArgs): void;
};
