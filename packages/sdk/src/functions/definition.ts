// The runtime view of a function and of its client: what execution and serving read. Types for app authors are elsewhere
// (client/, schemas/); everything here is plain data and plain functions.
import type { DiagnosticsOption } from "../logging/diagnostics.ts";
import type { ExecutionHooks, MemoizedStep } from "../execution/hooks.ts";

/** A logger as users hand it in: any of the usual libraries fits. */
export interface Logger {
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
  debug(...args: unknown[]): void;
}

/** One event as apps see it. */
export interface EventObject {
  readonly id?: string;
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly ts?: number;
  readonly v?: string;
  readonly meta?: Record<string, unknown>;
}

export type TriggerDefinition =
  | { readonly event: string; readonly if?: string; readonly schema?: unknown }
  | { readonly cron: string; readonly jitter?: string | number };

/** Everything of `createFunction`'s options, checked and with its sugar resolved; durations still as the author wrote them. */
export interface FunctionDefinition {
  /** Without the app's prefix. */
  readonly id: string;
  readonly name: string;
  readonly client: ClientDefinition;
  readonly triggers: readonly TriggerDefinition[];
  /** The author's options as given (concurrency, throttle, cancelOn, timeouts, …). */
  readonly options: Readonly<Record<string, unknown>>;
  /** Retries after the first attempt; undefined: the server's default (4). */
  readonly retries: number | undefined;
  /** Our own backoff (R5): delay before retry n in ms, from the `retry` option; undefined: the server's table. */
  readonly retryDelayMs?: (attempt: number) => number;
  /** Function deadline (R6), ms from the run's start. */
  readonly timeoutMs?: number;
  /** How long the steps of a catch block may take after it, ms. Absent: as long again. */
  readonly timeoutGraceMs?: number;
  readonly handler: (context: Record<string, unknown>) => unknown;
  /** Registered as a second function `<id>-failure`. */
  readonly onFailure?: (context: Record<string, unknown>) => unknown;
  readonly checkpointing?: CheckpointOptions | undefined;
  /** False: each end of a parallel step asks for a call of its own, so that races settle with their first branch. */
  readonly optimizeParallelism: boolean;
  /**
   * Checks a starting event against the schemas that apply and returns it as they give it out; see schemas/check-event.ts.
   * To be called after middleware has changed the input: it may have decrypted the data.
   */
  readonly checkEvent?: (event: EventObject) => Promise<EventObject>;
  /** Client middleware first, then the function's own. Built once per call. */
  readonly openHooks: (call: HookScope) => Promise<ExecutionHooks>;
}

export interface HookScope {
  readonly runId: string;
  readonly event: EventObject;
  /** Raw arguments of the framework's handler. */
  readonly requestArgs: readonly unknown[];
  /** Remembered steps as the engine sent them. */
  readonly steps?: readonly MemoizedStep[];
  readonly request?: RequestFacts | undefined;
}

/** The HTTP request of a call; absent where the engine calls without one. */
export interface RequestFacts {
  readonly method: string;
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  readonly body: () => Promise<unknown>;
}

export interface CheckpointOptions {
  /** Steps collected before they are sent. Default 1. */
  readonly bufferedSteps: number;
  /** Longest time between two checkpoints, ms; 0: no bound. */
  readonly maxIntervalMs: number;
  /** How long one call may go on before it returns, ms; 0: no bound. */
  readonly maxRuntimeMs: number;
}

/** What the runtime needs of a client. The class `Everstep` implements it. */
export interface ClientDefinition {
  /** The app's identity. */
  readonly id: string;
  readonly appVersion: string | undefined;
  readonly logger: Logger;
  readonly fetch: typeof fetch;
  /** `dev` skips signatures; `cloud` fails closed without a key. */
  readonly mode: "dev" | "cloud";
  readonly apiBaseUrl: string;
  readonly eventBaseUrl: string;
  readonly eventKey: string | undefined;
  readonly signingKey: string | undefined;
  readonly signingKeyFallback: string | undefined;
  /** False: event data is plain JSON on both sides. Absent: dates, maps and the like arrive as such (R17). */
  readonly taggedValues?: boolean | undefined;
  /** The run that `runId` names in failure handlers. Absent: the one that failed (R11). */
  readonly failureRunId?: "failed" | "own" | undefined;
  /** Which likely mistakes are not told in dev mode. */
  readonly diagnostics?: DiagnosticsOption | undefined;
  /** False: sessions of a run's events do not go over to the events that it sends. */
  readonly sessionPropagation?: boolean | undefined;
  /** Branch environment, sent as x-inngest-env. */
  readonly env: string | undefined;
  /** Merges variables that the runtime hands to a request (edge runtimes); ends with the next call. */
  setEnvVars(env: Readonly<Record<string, string | undefined>>): unknown;
  /** Takes the keys that serve was given, for requests of its runs. */
  takeKeys?(keys: {
    readonly signingKey?: string | undefined;
    readonly signingKeyFallback?: string | undefined;
  }): void;
  /** Resolves when sends that nobody awaits are done; never rejects. */
  flush?(): Promise<void>;
  /**
   * Checks an event that a run waited for against the client's schemas and returns it as they give it out. An event type's own
   * schema takes their place.
   */
  checkEvent?(event: EventObject, schema?: unknown): Promise<EventObject>;
  /** Sends events; inside a step the seed is derived from run and step, so that a retry sends nothing twice. */
  sendEvents(
    payloads: readonly EventObject[],
    options: {
      /** Fixes the ids of the events: the same text and payloads give the same ids. Best begun with the run's ULID. */
      readonly seedText?: string;
      readonly env?: string | undefined;
      /** The run's hooks; absent outside of runs, where the client's own take part. */
      readonly hooks?: ExecutionHooks;
    },
  ): Promise<{ readonly ids: readonly string[] }>;
}
