// A rerun: a new run for the events of an old one, from its beginning or from one of its steps.
import { seedRerun } from "@everstep/core";
import { admit, readerOf } from "./admit.ts";
import type { Command } from "./command.ts";
import type { Execution } from "./execution.ts";
import { functionNotFound, runNotFound } from "./not-found.ts";
import { followUp } from "./route-event.ts";

/** @throws EverstepError run_not_found, function_not_found, argument_invalid (unknown step). */
export async function rerun(
  execution: Execution,
  command: Extract<Command, { type: "rerun" }>,
): Promise<{ runId: string }> {
  const { catalog } = execution;
  const old = await execution.batch.getRun(command.runId);
  if (old === undefined) throw runNotFound(command.runId);
  const { head } = old.state;
  const rules = catalog.rules(head.functionId);
  const [first] = old.events;
  if (rules === undefined || first === undefined) {
    throw functionNotFound(execution, head.functionId);
  }
  const { from, steps } = command;
  const { draft, followUps } = await admit(
    execution,
    {
      ...rules,
      origin: { type: "rerun", originalRunId: head.originalRunId ?? head.id },
      events: old.events,
      readEvent: readerOf(first),
      ...(head.cron === undefined ? {} : { cron: head.cron }),
    },
    {
      prepare: (fresh) => {
        if (from !== undefined) seedRerun(fresh, steps, from);
      },
    },
  );
  if (draft === undefined) throw new Error("A rerun becomes a run, if only a skipped one.");
  await followUp(execution, followUps);
  return { runId: draft.state.head.id };
}
