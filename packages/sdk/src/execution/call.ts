// One call of the engine to a function: what comes in and what goes out, without HTTP. Serving over HTTP, connect workers and
// the in-process engine all use this pair.
import type { EventObject, FunctionDefinition, RequestFacts } from "../functions/definition.ts";

/** The call request (protocol.md 2.3), parsed and completed (use_api already fetched). */
export interface CallInput {
  readonly function: FunctionDefinition;
  /** True for the `-failure` function. */
  readonly isFailureHandler: boolean;
  readonly event: EventObject;
  readonly events: readonly EventObject[];
  readonly runId: string;
  /** Function UUID; absent: no checkpointing. */
  readonly fnId: string | undefined;
  /** Zero-based. */
  readonly attempt: number;
  readonly maxAttempts: number | undefined;
  /** Memoised values exactly as received, by hashed id (protocol.md 2.5). */
  readonly steps: Readonly<Record<string, unknown>>;
  /** Completed ids in the order of completion: promises resolve in this order. */
  readonly stack: readonly string[];
  /** Hashed id of the one step to run; undefined for discovery. */
  readonly targetStepId: string | undefined;
  readonly disableImmediateExecution: boolean;
  /** From the x-inngest-req-version header, else the body. */
  readonly requestVersion: number;
  readonly requestId: string | undefined;
  readonly generationId: number | undefined;
  readonly jobId: string | undefined;
  readonly queueItemId: string | undefined;
  readonly requestArgs: readonly unknown[];
  readonly request?: RequestFacts | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** The answer: status, protocol headers (lower case) and a body that is JSON text already. */
export interface CallOutput {
  readonly status: 200 | 206 | 400 | 500;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
