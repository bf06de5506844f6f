// A function as an app registers it (protocol.md 1.6), normalised: every sugar form resolved, durations in ms.

export interface EventTrigger {
  readonly kind: "event";
  /** Exact name or a pattern with a trailing `*` after `/` or `.`. */
  readonly event: string;
  readonly expression?: string;
}
export interface CronTrigger {
  readonly kind: "cron";
  /** Five fields, with an optional `TZ=Area/City ` prefix. */
  readonly cron: string;
  readonly jitterMs?: number;
}
export type Trigger = EventTrigger | CronTrigger;

export type LimitScope = "fn" | "env" | "account";

export interface ConcurrencyRule {
  /** 0 means no explicit limit. */
  readonly limit: number;
  readonly key?: string;
  readonly scope: LimitScope;
  /** `step`: held by each executing call; `fn`: held for the whole run. */
  readonly level: "step" | "fn";
}

export interface CancelRule {
  readonly event: string;
  readonly expression?: string;
  /** Duration or date text as sent; absent: 365 days. */
  readonly timeout?: string;
}

export interface FunctionConfig {
  /** `"{appId}-{fnId}"`, unique in the environment. */
  readonly slug: string;
  readonly name: string;
  readonly triggers: readonly Trigger[];
  /** Where calls go, with `fnId` and `stepId` in its query. */
  readonly url: string;
  /** Attempts in all, 1 to 21: retries + 1. Default 5. */
  readonly maxAttempts: number;
  readonly concurrency: readonly ConcurrencyRule[];
  readonly cancel: readonly CancelRule[];
  readonly timeouts?: { readonly startMs?: number; readonly finishMs?: number };
  readonly throttle?: {
    readonly limit: number;
    readonly periodMs: number;
    readonly burst: number;
    readonly key?: string;
  };
  readonly rateLimit?: { readonly limit: number; readonly periodMs: number; readonly key?: string };
  readonly debounce?: {
    readonly periodMs: number;
    readonly timeoutMs?: number;
    readonly key?: string;
  };
  readonly batch?: {
    readonly maxSize: number;
    readonly timeoutMs: number;
    readonly key?: string;
    readonly if?: string;
  };
  readonly priority?: { readonly run: string };
  readonly idempotency?: string;
  readonly singleton?: { readonly mode: "skip" | "cancel"; readonly key?: string };
}

/** What an app sends to `POST /fn/register`, or answers to an in-band sync. */
export interface AppConfig {
  /** The app's identity (client id). */
  readonly name: string;
  readonly url: string;
  readonly version?: string;
  readonly framework?: string;
  readonly platform?: string;
  /** `js:v4.24.0`, `py:v…`, `go:v…` */
  readonly sdk: string;
  readonly method: "serve" | "connect";
  /** The deployment that asked for the sync, when it said so; not part of the checksum. */
  readonly deployId?: string;
  readonly functions: readonly FunctionConfig[];
  /** SHA-256 (hex) over the canonical request without featureObservations and deployId. */
  readonly checksum: string;
}
