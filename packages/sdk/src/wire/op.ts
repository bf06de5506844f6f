// The JSON of ops (protocol.md 3.4), with the keys in the order in which the official SDK writes them.
import type { SerializedError } from "./serialized-error.ts";
import { sha1Hex } from "./step-hash.ts";

/** An op as it goes over the wire. */
export interface WireOp {
  readonly op: string;
  readonly id: string;
  readonly name?: string | undefined;
  readonly displayName?: string | undefined;
  readonly opts?: Readonly<Record<string, unknown>> | undefined;
  readonly userland?: { readonly id: string; readonly index?: number } | undefined;
  readonly data?: unknown;
  readonly error?: unknown;
  readonly timing?: OpTiming;
  readonly metadata?: readonly unknown[];
  /** What the handler's logger wrote until the step had ended; for engines that ask for it only. */
  readonly logs?: readonly unknown[];
}

/** Start (Unix time) and duration, both in nanoseconds. */
export interface OpTiming {
  readonly a: number;
  readonly b: number;
}

/** What all ops of a step have in common. */
export interface OpIdentity {
  readonly op: string;
  readonly hashedId: string;
  /** The author's id, without index. */
  readonly id: string;
  readonly index: number;
  readonly name: string | undefined;
  readonly displayName: string;
  readonly opts: Readonly<Record<string, unknown>>;
}

export function timingOf(startedAtMs: number, endedAtMs: number): OpTiming {
  return { a: startedAtMs * 1e6, b: (endedAtMs - startedAtMs) * 1e6 };
}

/** A step that was found and not run: planned, or for the server to carry out. */
export function foundOp(step: OpIdentity): WireOp {
  return {
    displayName: step.displayName,
    op: step.op,
    id: step.hashedId,
    name: step.name,
    opts: step.opts,
    userland: userlandOf(step),
    data: null,
  };
}

/** @param ran.data JSON value, never undefined. */
export function stepRunOp(step: OpIdentity, ran: { data: unknown; timing: OpTiming }): WireOp {
  return { ...ranOp(step, "StepRun"), data: ran.data, timing: ran.timing };
}

/** `isFinal` makes it StepFailed, which carries a short form of the error as its data too. */
export function stepErrorOp(
  step: OpIdentity,
  failed: { error: SerializedError; isFinal: boolean; timing: OpTiming },
): WireOp {
  const { error, isFinal, timing } = failed;
  if (!isFinal) return { ...ranOp(step, "StepError"), error, timing, data: null };
  const data = { __serialized: true, name: error.name, message: error.message, stack: "" };
  return { ...ranOp(step, "StepFailed"), error, timing, data };
}

/** The end of a run that answers with ops. */
export function runCompleteOp(data: unknown): WireOp {
  return { op: "RunComplete", id: sha1Hex("complete"), data };
}

function ranOp(step: OpIdentity, op: string): WireOp {
  return {
    id: step.hashedId,
    op,
    name: step.name,
    opts: step.opts,
    displayName: step.displayName,
    userland: userlandOf(step),
  };
}

function userlandOf(step: OpIdentity): { readonly id: string; readonly index?: number } {
  return step.index === 0 ? { id: step.id } : { id: step.id, index: step.index };
}
