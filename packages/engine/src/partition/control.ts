// What operators decide about functions while they run: pause, and limits in place of the code's.
import { decideLimits, decidePause, type FunctionControl } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { Command } from "./command.ts";
import type { Execution } from "./execution.ts";

/** @throws EverstepError function_not_found, argument_invalid. */
export function control(
  execution: Execution,
  command: Extract<Command, { type: "set_paused" | "set_limits" }>,
): FunctionControl {
  const { batch, catalog, ctx } = execution;
  const fn = catalog.function(command.functionId) ?? catalog.findLive(command.functionId);
  if (fn === undefined) {
    throw new EverstepError(
      "function_not_found",
      `There is no function "${command.functionId}". The functions of an app: GET /v1/apps/:app/functions.`,
    );
  }
  const request = { function: fn, control: catalog.control(fn.id), actor: command.actor };
  const decision =
    command.type === "set_paused"
      ? decidePause(request, command.isPaused, ctx)
      : decideLimits(request, command.patch, ctx);
  batch.record(decision.changes);
  return decision.control;
}
