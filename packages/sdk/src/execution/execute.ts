// Runs a function for one call of the engine and answers it. All state of the call lives in one CallRun; this file opens it
// and gives back what the call-independent parts share.
import type { CallInput, CallOutput } from "./call.ts";
import { CallRun } from "./call-run.ts";
import type { CheckpointPort } from "./checkpoint-buffer.ts";

export interface ExecuteOptions {
  /** Lets steps follow each other within one call, where the function's `checkpointing` is set. */
  readonly checkpoint?: CheckpointPort | undefined;
  /** True for an engine that keeps a wait without timeout for ever; the official server would end it at once. */
  readonly keepsWaits?: boolean;
  /** How long a targeted call waits without progress for its step, ms. Default 10,000. */
  readonly stepNotFoundMs?: number;
}

/**
 * Answers one call: replays what is remembered, then runs at most one new step (more with checkpointing) or reports what was
 * found. Never rejects: whatever goes wrong becomes an answer.
 */
export function executeCall(input: CallInput, options: ExecuteOptions = {}): Promise<CallOutput> {
  return new CallRun(input, options).answer();
}
