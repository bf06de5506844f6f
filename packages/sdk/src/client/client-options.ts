// The options of the client: those of both official majors and ours, and what types follow from them. Types only.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { CheckpointingOptions } from "../functions/function-options.ts";
import type { DiagnosticsOption } from "../logging/diagnostics.ts";
import type { Logger } from "../functions/definition.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";
import type { EventSchemas } from "../schemas/event-schemas.ts";
import type { NoEvents } from "../schemas/event-registry.ts";
import type { DurationInput } from "../wire/duration.ts";

/**
 * Options of `new Everstep(…)`. Environment variables stand in for what is left out; `EVERSTEP_…` wins over `INNGEST_…`, and an
 * empty variable counts as not set.
 */
export interface ClientOptions {
  /** Identifies the app, for ever: its functions are `<id>-<function>`. */
  readonly id: string;
  /** Key for sending events. Variable `EVENT_KEY`. A dev server takes any. */
  readonly eventKey?: string | undefined;
  /** Origin of the server, for events and for the API. Variables `BASE_URL`, `API_BASE_URL`, `EVENT_API_BASE_URL`. */
  readonly baseUrl?: string | undefined;
  /** Used for all requests of the client. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Branch environment. Variable `ENV`, else what the hosting platform calls the branch. */
  readonly env?: string | undefined;
  /** Default: the console. */
  readonly logger?: Logger | undefined;
  /** Logger of the SDK's own messages. Default: `logger`. */
  readonly internalLogger?: Logger | undefined;
  /**
   * True: talk to a dev server, without signatures. False: cloud mode, fails closed without keys. Default: variable `DEV`
   * (boolean or URL of a dev server), else inferred: production environments are cloud, all others dev.
   */
  readonly isDev?: boolean | undefined;
  /** Version of the app, shown with its deployments. */
  readonly appVersion?: string | undefined;
  /** The events of the app, as types or as schemas that are checked on sending and on receiving. */
  readonly schemas?: EventSchemas<any> | undefined;
  /** True: events that `schemas` does not know are compile errors. Default false: they are loose. */
  readonly strict?: boolean | undefined;
  /** Middleware of all functions, first one outermost. */
  readonly middleware?: readonly MiddlewareInput[] | undefined;
  /** Key for signatures of requests. Variable `SIGNING_KEY`. */
  readonly signingKey?: string | undefined;
  /** Second key, while keys are rotated. Variable `SIGNING_KEY_FALLBACK`. */
  readonly signingKeyFallback?: string | undefined;
  /** Several steps in one call. Default on. */
  readonly checkpointing?: CheckpointingOptions | undefined;
  /** @deprecated Use `checkpointing`. */
  readonly experimentalCheckpointing?: CheckpointingOptions | undefined;
  /** Fewer calls for parallel steps; the default of all functions, see their option of this name. */
  readonly optimizeParallelism?: boolean | undefined;
  /** Longest time for one `send` with all its attempts. Default 30 s. */
  readonly sendTimeout?: DurationInput | undefined;
  /**
   * Dates, Maps, Sets, bigints, bytes and errors in event data arrive as what they were sent as. False: as plain JSON (a date as its
   * ISO text), as with official SDKs. Default true.
   */
  readonly taggedValues?: boolean | undefined;
  /**
   * The run that `runId` names in onFailure handlers: the one that failed, or as with official SDKs the handler's own. Variable
   * `FAILURE_RUN_ID`. Default "failed".
   */
  readonly failureRunId?: "failed" | "own" | undefined;
  /** Likely mistakes that are not told of in dev mode: `{ D11: "off" }`, or false for none at all. */
  readonly diagnostics?: DiagnosticsOption | undefined;
  /** Record AI calls with their models and tokens. Default true. */
  readonly aiMetadata?: boolean | undefined;
  /** Pass sessions of the triggering events on to events that a run sends. Variable `SESSION_PROPAGATION`. Default true. */
  readonly sessionPropagation?: boolean | undefined;
  /** Turns plain request handlers into durable endpoints. */
  readonly endpointAdapter?: unknown;
}

/** The known events of a client with these options. */
export type EventsOf<TOptions> = 0 extends 1 & TOptions
  ? NoEvents
  : TOptions extends { readonly schemas: EventSchemas<infer TEvents> }
    ? TEvents
    : NoEvents;

/** Whether unknown events are refused by the compiler. */
export type IsStrict<TOptions> = 0 extends 1 & TOptions
  ? false
  : TOptions extends { readonly strict: true }
    ? true
    : false;

/** The middleware of a client with these options. */
export type MiddlewareOf<TOptions> = 0 extends 1 & TOptions
  ? readonly []
  : TOptions extends { readonly middleware: infer TMiddleware }
    ? TMiddleware
    : readonly [];
