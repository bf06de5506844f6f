// One of the calls that a run of user code serves: what came in, and what goes out.
import type { LogBuffer } from "../logging/log-buffer.ts";
import type { WireOp } from "../wire/op.ts";
import type { CallInput } from "./call.ts";
import { CallAnswers } from "./call-answers.ts";
import type { OpenCall } from "./call-parts.ts";
import type { ExecuteOptions } from "./execute.ts";

export interface Turn {
  readonly input: CallInput;
  readonly options: ExecuteOptions;
  readonly answers: CallAnswers;
  readonly startedAtMs: number;
  /** Lines that may leave with this call; absent when the engine does not keep any. */
  readonly logs: LogBuffer | undefined;
  /** Ops of nested steps that go out with their parent's. */
  readonly nestedOps: WireOp[];
}

/** How the handler ended. */
export type Ending =
  | { readonly kind: "resolved"; readonly data: unknown }
  | { readonly kind: "rejected"; readonly error: unknown };

/** @param logs Of the run of user code that the call goes on with. */
export function openTurn(input: CallInput, options: ExecuteOptions, logs?: LogBuffer): Turn {
  const answers = new CallAnswers(input);
  return {
    input,
    options,
    answers,
    startedAtMs: Date.now(),
    nestedOps: [],
    logs: options.takesLogs === true ? logs : undefined,
  };
}

/** With checkpointing a call may last long; past its time, new steps are left to the next call. */
export function isOvertime(call: OpenCall, { input, startedAtMs }: Turn): boolean {
  const maxRuntimeMs = input.function.checkpointing?.maxRuntimeMs ?? 0;
  if (call.buffer === undefined || maxRuntimeMs <= 0) return false;
  return Date.now() - startedAtMs >= maxRuntimeMs;
}
