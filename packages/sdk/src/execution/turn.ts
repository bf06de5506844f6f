// One of the calls that a run of user code serves: what came in, and what goes out.
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
  /** Ops of nested steps that go out with their parent's. */
  readonly nestedOps: WireOp[];
}

/** How the handler ended. */
export type Ending =
  | { readonly kind: "resolved"; readonly data: unknown }
  | { readonly kind: "rejected"; readonly error: unknown };

export function openTurn(input: CallInput, options: ExecuteOptions): Turn {
  const answers = new CallAnswers(input);
  return { input, options, answers, startedAtMs: Date.now(), nestedOps: [] };
}

/** With checkpointing a call may last long; past its time, new steps are left to the next call. */
export function isOvertime(call: OpenCall, { input, startedAtMs }: Turn): boolean {
  const maxRuntimeMs = input.function.checkpointing?.maxRuntimeMs ?? 0;
  if (call.buffer === undefined || maxRuntimeMs <= 0) return false;
  return Date.now() - startedAtMs >= maxRuntimeMs;
}
