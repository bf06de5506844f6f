// The argument of handlers and failure handlers, by client, triggers and middleware; and of direct calls in tests (R8). Types only.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type {
  EventPayload,
  FailureEventPayload,
  ReceivedEvent,
  SendEventBaseOutput,
} from "../schemas/event-payload.ts";
import type { DeclaredTransforms, TransformKind } from "./output-transforms.ts";
import type { EventOfTriggers } from "./triggers.ts";
import type { Logger } from "./definition.ts";
import type { GroupTools } from "../steps/group-tools.ts";
import type { MiddlewareContext } from "./middleware-context.ts";
import type { StepTools } from "./step-tools.ts";

/** What every handler gets, whatever its triggers. */
export interface BaseHandlerContext<TEvent, TStep> {
  /** The event that started the run. */
  event: TEvent;
  /** All events of a batch; else the one. */
  events: [TEvent, ...TEvent[]];
  runId: string;
  /** Attempts before this one, of the step at hand or of the code between steps: 0 at first. */
  attempt: number;
  maxAttempts?: number;
  step: TStep;
  group: GroupTools;
  /** The client's logger; silent while steps that are done are replayed. */
  logger: Logger;
  /** True while the handler repeats what it did in earlier calls. To be read when needed: it changes as the handler goes on. */
  readonly replaying: boolean;
  /** Sessions of the events that started the run. They go over to the events that it sends; may be replaced. */
  sessions?: Record<string, string>;
  /** @deprecated Throws UnsupportedFeatureError: send an event as the last step instead. */
  defer: (id: string, options: object) => { abort(): void };
  requestId?: string;
  jobId?: string;
}

/** The step tools of a client with these events, in functions with this middleware. */
export type ClientStepTools<
  TEvents extends object,
  TStrict,
  TClientMiddleware = readonly [],
  TMiddleware = readonly [],
> = StepTools<
  TEvents,
  TStrict,
  SendEventBaseOutput,
  Transforms<TClientMiddleware, TMiddleware, "stepOutputTransform">,
  Transforms<TClientMiddleware, TMiddleware, "functionOutputTransform">
>;

/** The client's middleware is around that of the function. */
type Transforms<TClientMiddleware, TMiddleware, TKind extends TransformKind> = readonly [
  ...DeclaredTransforms<TClientMiddleware, TKind>,
  ...DeclaredTransforms<TMiddleware, TKind>,
];

/** Middleware's members win over ours of the same name; its step tools stand beside ours. */
type Extend<TBase, TMore> = unknown extends TMore
  ? TBase
  : Omit<TBase, Exclude<keyof TMore, "step">> & TMore;

/** The argument of a handler. */
export type HandlerContext<
  TEvents extends object,
  TStrict,
  TTriggers,
  TClientMiddleware,
  TMiddleware,
> = Extend<
  BaseHandlerContext<
    EventOfTriggers<TEvents, TTriggers>,
    ClientStepTools<TEvents, TStrict, TClientMiddleware, TMiddleware>
  >,
  MiddlewareContext<TClientMiddleware> & MiddlewareContext<TMiddleware>
>;

/** The argument of `onFailure`. */
export type FailureContext<
  TEvents extends object,
  TStrict,
  TTriggers,
  TClientMiddleware,
  TMiddleware,
> = Extend<
  Omit<
    BaseHandlerContext<
      FailureEventPayload<EventOfTriggers<TEvents, TTriggers>>,
      ClientStepTools<TEvents, TStrict, TClientMiddleware, TMiddleware>
    >,
    "runId"
  > & {
    /** Why the run failed, with the name, message and stack of the original error. */
    error: Error;
    /** The run that failed (R11); with the client's `failureRunId: "own"` the handler's, as official SDKs give it. */
    runId: string;
    /** The run of this handler. */
    failureRunId: string;
  },
  MiddlewareContext<TClientMiddleware> & MiddlewareContext<TMiddleware>
>;

/**
 * The argument of a direct call: everything may be left out, and what the handler needs is filled in.
 *
 * @example
 * await fn.handler({ event: { name: "shop/order.placed", data: { orderId: "o-1" } }, step: mockStep() });
 */
export interface DirectCallContext {
  event?: Partial<EventPayload> | Partial<ReceivedEvent>;
  events?: readonly (Partial<EventPayload> | Partial<ReceivedEvent>)[];
  runId?: string;
  attempt?: number;
  /** A mock, such as `mockStep()`. */
  step?: any;
  logger?: Logger;
  [member: string]: unknown;
}
