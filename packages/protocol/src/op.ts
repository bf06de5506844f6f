// Opcodes: what an app answers a call with (protocol.md 3.4, 3.5). One record per op, normalised from the wire.
import type { Json, JsonObject, JsonText } from "./json.ts";
import type { LogLine } from "./log-line.ts";

export const OP_NAMES = [
  "None",
  "Step",
  "StepRun",
  "StepError",
  "StepPlanned",
  "Sleep",
  "WaitForEvent",
  "InvokeFunction",
  "AIGateway",
  "Gateway",
  "WaitForSignal",
  "RunComplete",
  "StepFailed",
  "SyncRunComplete",
  "DiscoveryRequest",
  "DeferAdd",
  "DeferAbort",
] as const;
export type OpName = (typeof OP_NAMES)[number];

/** The error shape of protocol.md 5.4. `dataJson` is kept lossless: the Go SDK decodes it into the step's return type. */
export interface UserError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly data?: Json;
  readonly noRetry?: boolean;
  readonly cause?: Json;
  /** The author's id of the step whose failure ended the run, where the SDK tells it. */
  readonly stepId?: string;
}

export interface Op {
  readonly op: OpName;
  /** 40 hex digits (SHA-1 of the user's step id), or "" for a bare None. */
  readonly id: string;
  /** Semantic for Sleep (duration or ISO date) and WaitForEvent (event name); display text otherwise. */
  readonly name: string;
  readonly displayName?: string;
  readonly opts: JsonObject;
  /** Canonical JSON text of `data`; absent when the op has no `data` key. */
  readonly dataJson?: JsonText;
  readonly error?: UserError;
  readonly userland?: { readonly id: string; readonly index: number };
  /** The step's own run time: start in epoch ms and duration in whole ms (wire: nanoseconds). */
  readonly timing?: { readonly startedAtMs: number; readonly durationMs: number };
  readonly metadata?: Json;
  /** What the handler's logger wrote until the step had ended. */
  readonly logs?: readonly LogLine[];
}

/** What one call to an app came to, after protocol.md 3.1 and 3.3. */
export type CallResult = CallOutcome & {
  /** Lines that came with the answer itself; ops may bring others. */
  readonly logs?: readonly LogLine[];
};

type CallOutcome =
  | {
      /** 206: ops to apply. `requestVersion` is the response header's, 0 when absent or invalid. */
      readonly kind: "ops";
      readonly ops: readonly Op[];
      readonly requestVersion: number;
      readonly noRetry: boolean | undefined;
      readonly retryAfterText: string | undefined;
      readonly response: ResponseFacts;
    }
  | { readonly kind: "done"; readonly outputJson: JsonText; readonly response: ResponseFacts }
  | {
      /** The function (or the app, or the network) failed; `retriable` already follows x-inngest-no-retry. */
      readonly kind: "error";
      readonly error: UserError;
      readonly retriable: boolean;
      readonly retryAfterText: string | undefined;
      /** Raw body as JSON text, kept as the run's output when it fails for good. */
      readonly outputJson: JsonText;
      /** Machine code for errors the engine itself found: `not_sdk`, `output_too_large`, `op_unknown`, `unreachable`, `timed_out`, … */
      readonly code?: string;
      readonly response: ResponseFacts | undefined;
    };

/** What the trace shows of an app's HTTP answer. Header names are lower case; secrets are left out. */
export interface ResponseFacts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
}
