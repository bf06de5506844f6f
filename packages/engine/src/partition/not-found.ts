// What is told when a command names a run or a function that is not there.
import { EverstepError } from "@everstep/protocol";
import type { Execution } from "./execution.ts";

export function functionNotFound(execution: Execution, slug: string): EverstepError {
  const known = execution.catalog.functions().map((fn) => fn.config.slug);
  return new EverstepError(
    "function_not_found",
    `No function with the id "${slug}" is registered. ${known.length === 0 ? "No app is synced yet." : `Registered: ${known.slice(0, 20).join(", ")}.`}`,
  );
}

export function runNotFound(runId: string): EverstepError {
  return new EverstepError(
    "run_not_found",
    `There is no run "${runId}". Run ids are ULIDs of 26 characters; GET /v1/events/:id/runs lists an event's runs.`,
  );
}
