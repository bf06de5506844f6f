// The options of `createFunction`: those of both official majors and ours. Types only; they are checked in check-options.ts and
// become the registration in registration-config.ts.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { DiagnosticsOption } from "../logging/diagnostics.ts";
import type { EventType } from "../schemas/event-type.ts";
import type { EventName } from "../schemas/event-registry.ts";
import type {
  DurationInput,
  DurationLike,
  InstantLike,
  ZonedDateTimeLike,
} from "../wire/duration.ts";
import type { MiddlewareInput } from "./middleware-context.ts";

/** A duration text in weeks, days, hours, minutes and seconds, in this order, such as "1d12h". */
export type TimeStr =
  `${`${number}w` | ""}${`${number}d` | ""}${`${number}h` | ""}${`${number}m` | ""}${`${number}s` | ""}`;

/** Retries after the first attempt: 0 to 20. */
export type RetryCount =
  | 0
  | 1
  | 2
  | 3
  | 4
  | 5
  | 6
  | 7
  | 8
  | 9
  | 10
  | 11
  | 12
  | 13
  | 14
  | 15
  | 16
  | 17
  | 18
  | 19
  | 20;

/** At most `limit` steps of the function (or of what `scope` and `key` name) run at the same time. */
export interface ConcurrencyOption {
  readonly limit: number;
  /** CEL over `event`: the limit counts per value. */
  readonly key?: string;
  /** `fn` (default): this function alone. `env` and `account` are shared by all functions with the same key. */
  readonly scope?: "fn" | "env" | "account";
}

/** The delays between attempts, in place of the engine's table (15 s, 30 s, 1 m, …). */
export interface RetryOption {
  /** Retries after the first attempt, as `retries`, which wins when both are given. */
  readonly attempts?: number;
  /** Before the first retry. Default 15 s. */
  readonly delay?: DurationInput;
  /** Doubles the delay with each retry. Default false. */
  readonly exponential?: boolean;
  /** No delay is longer. Default 24 h, the longest the protocol knows. */
  readonly maxDelay?: DurationInput;
  /** A random part of this is added to each delay. Default none. */
  readonly jitter?: DurationInput;
}

/** An event that cancels a run. */
export interface Cancellation<TName = string> {
  readonly event: TName | EventType;
  /** CEL over `event` (that started the run) and `async` (that cancels it). */
  readonly if?: string | undefined;
  /** `data.userId`: the same value in both events. Together with `if`, both must hold. */
  readonly match?: string | undefined;
  /** How long after the start the run can be cancelled this way. */
  readonly timeout?: DurationInput | Date | InstantLike | ZonedDateTimeLike | undefined;
}

/** Runs several steps in one call and reports them in between. */
export type CheckpointingOptions =
  | boolean
  | {
      /** How long one call may go on. Default: no bound of its own. */
      readonly maxRuntime?: number | string | DurationLike;
      /** Steps reported at once. Default 1. */
      readonly bufferedSteps?: number;
      /** Longest time between two reports. Default: no bound. */
      readonly maxInterval?: number | string | DurationLike;
    };

/** The options that depend neither on triggers nor on middleware. */
export interface BaseFunctionOptions<TEvents = object, TStrict = false> {
  /** Identifies the function within its app, for ever: runs in flight find it by this. */
  readonly id: string;
  /** Shown in the UI. Default: the id. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** A number: steps of this function at the same time. At most two rules. */
  readonly concurrency?: number | ConcurrencyOption | readonly ConcurrencyOption[] | undefined;
  /** One run for many events. `timeout` counts from the first of them. */
  readonly batchEvents?:
    | {
        readonly maxSize: number;
        readonly timeout: DurationInput;
        readonly key?: string;
        readonly if?: string;
      }
    | undefined;
  /** CEL over `event`: events of one value start one run in 24 hours. Overrides `rateLimit`. */
  readonly idempotency?: string | undefined;
  /** Runs above the limit are skipped. `period` at most 24 h. */
  readonly rateLimit?:
    | { readonly limit: number; readonly period: DurationInput; readonly key?: string }
    | undefined;
  /** Runs above the limit start later. */
  readonly throttle?:
    | {
        readonly limit: number;
        readonly period: DurationInput;
        readonly key?: string;
        /** Extra runs that may start at once. */
        readonly burst?: number;
      }
    | undefined;
  /** Starts `period` after the last event; `timeout` bounds the wait. 1 s to 7 d. */
  readonly debounce?:
    | { readonly period: DurationInput; readonly key?: string; readonly timeout?: DurationInput }
    | undefined;
  /** CEL over `event` that gives seconds: how much earlier (or later, below 0) than others. */
  readonly priority?: { readonly run?: string } | undefined;
  /** Cancels runs that did not start or finish in time. User code sees no error; compare `timeout`. */
  readonly timeouts?:
    | { readonly start?: DurationInput; readonly finish?: DurationInput }
    | undefined;
  /** One run at a time: a further one is skipped, or cancels the one before. */
  readonly singleton?: { readonly mode: "skip" | "cancel"; readonly key?: string } | undefined;
  /** Events that cancel a run. At most 5. */
  readonly cancelOn?: readonly Cancellation<EventName<TEvents, TStrict>>[] | undefined;
  /** Retries after the first attempt, of each step and of the code between steps. Default: the engine's 4. */
  readonly retries?: RetryCount | undefined;
  /** Delays between attempts of our own choice. */
  readonly retry?: RetryOption | undefined;
  /**
   * Deadline from the start of the run: the step in flight rejects with a TimeoutError, which may be caught to clean up.
   * Not retried. Compare `timeouts.finish`, which cancels.
   */
  readonly timeout?: DurationInput | undefined;
  /** How long steps that clean up after a TimeoutError may take. Default: as long as `timeout`. */
  readonly timeoutGrace?: DurationInput | undefined;
  /** Likely mistakes that are not told of in dev mode: `{ D3: "off" }`, or false for none at all. */
  readonly diagnostics?: DiagnosticsOption | undefined;
  readonly checkpointing?: CheckpointingOptions | undefined;
  /** @deprecated Use `checkpointing`. */
  readonly experimentalCheckpointing?: CheckpointingOptions | undefined;
  /**
   * Fewer calls for parallel steps; then `Promise.race` settles only when all have settled, unless it is made in
   * `group.parallel`. Default true where the triggers are an option, false where they are an argument of their own: there
   * `Promise.race` settles with its first branch, and the function's result ends the run.
   */
  readonly optimizeParallelism?: boolean | undefined;
}

/** All options of `createFunction` but the triggers. */
export interface FunctionOptions<
  TEvents = object,
  TStrict = false,
  TMiddleware extends readonly MiddlewareInput[] = readonly MiddlewareInput[],
  TFailureContext = any,
> extends BaseFunctionOptions<TEvents, TStrict> {
  /** Runs once when a run has failed for good, as a function of its own with steps and retries. */
  readonly onFailure?: ((context: TFailureContext) => unknown) | undefined;
  /** Middleware of this function, inside of the client's. */
  readonly middleware?: TMiddleware | undefined;
}
