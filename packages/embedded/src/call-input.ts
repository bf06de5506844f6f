// A call as the SDK takes it, from the engine's own state. Invariant: nothing that user code gets is shared with the engine:
// values are parsed from their stored text, exactly as if they had come over HTTP.
import type { InProcessCall } from "@everstep/engine";
import { eventToWireJson, type JsonText } from "@everstep/protocol";
import type { CallInput } from "everstep";
import type { EventObject } from "everstep/in-process";
import type { ServedFunction } from "./served-functions.ts";

/** Reads run and timer at once; they may change later. */
export function toCallInput(call: InProcessCall, served: ServedFunction): CallInput {
  const { run, timer } = call;
  const { head, stack } = run.state;
  const [first, ...others] = run.events.map(
    (event) => JSON.parse(eventToWireJson(event)) as EventObject,
  );
  if (first === undefined) throw new Error(`Run ${head.id} has no events.`);
  return {
    function: served.definition,
    isFailureHandler: served.isFailureHandler,
    event: first,
    events: [first, ...others],
    runId: head.id,
    fnId: call.function.id,
    attempt: timer.attempt,
    maxAttempts: call.function.config.maxAttempts,
    steps: stepsOf(call),
    stack: [...stack],
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

/** One text for all steps: one parse is much faster than many. */
function stepsOf({ run }: InProcessCall): Readonly<Record<string, unknown>> {
  const { outputs, inputs } = run.state;
  if (outputs.size === 0 && inputs.size === 0) return {};
  const members: string[] = [];
  const add = (json: JsonText, id: string): void => {
    members.push(`${JSON.stringify(id)}:${json}`);
  };
  outputs.forEach(add);
  inputs.forEach(add);
  return JSON.parse(`{${members.join(",")}}`) as Record<string, unknown>;
}
