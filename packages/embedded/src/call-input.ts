// A call as the SDK takes it, from the engine's own state. Invariant: nothing that user code gets is shared with the engine:
// values are parsed from their stored text, exactly as if they had come over HTTP; and nothing of the state that came after the
// call was prepared is in it, for that may not be durable yet.
import type { RunHead } from "@everstep/core";
import type { InProcessCall } from "@everstep/engine";
import { eventToWireJson, type JsonText } from "@everstep/protocol";
import type { CallInput } from "everstep";
import type { EventObject } from "everstep/in-process";
import type { ServedFunction } from "./served-functions.ts";

/** A call and what was durable of its run when it was prepared. */
export interface PreparedCall extends InProcessCall {
  readonly head: RunHead;
  /** Of the stack, which only grows. */
  readonly stackSize: number;
}

/** What every call says of itself, besides the function and the run's state. */
export type CallFacts = Omit<
  CallInput,
  "function" | "isFailureHandler" | "event" | "events" | "steps" | "stack"
>;

export function toCallInput(call: PreparedCall, served: ServedFunction): CallInput {
  const { run, head } = call;
  const [first, ...others] = run.events.map(
    (event) => JSON.parse(eventToWireJson(event)) as EventObject,
  );
  if (first === undefined) throw new Error(`Run ${head.id} has no events.`);
  const { stack, outputs, inputs } = run.state;
  const ids = stack.slice(0, call.stackSize);
  const known = ids.map((id) => [id, outputs.get(id) ?? "null"] as const);
  return {
    function: served.definition,
    isFailureHandler: served.isFailureHandler,
    event: first,
    events: [first, ...others],
    steps: stepValues([...known, ...inputs]),
    stack: ids,
    ...callFactsOf(call),
  };
}

export function callFactsOf(call: PreparedCall): CallFacts {
  const { timer, head } = call;
  return {
    runId: head.id,
    fnId: call.function.id,
    attempt: timer.attempt,
    maxAttempts: call.function.config.maxAttempts,
    targetStepId: timer.op?.stepId,
    disableImmediateExecution: call.hasOtherWork,
    requestVersion: head.requestVersion,
    requestId: call.requestId,
    generationId: call.generation,
    jobId: String(timer.id),
    queueItemId: undefined,
    requestArgs: [],
  };
}

/** One text for all values: one parse is much faster than many. */
export function stepValues(
  steps: readonly (readonly [string, JsonText])[],
): Readonly<Record<string, unknown>> {
  if (steps.length === 0) return {};
  const members = steps.map(([id, json]) => `${JSON.stringify(id)}:${json}`);
  return JSON.parse(`{${members.join(",")}}`) as Record<string, unknown>;
}
