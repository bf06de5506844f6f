// What an invoker is told when its target does not run: at once, with the reason (the official server leaves it waiting).
import { formatDuration, type UserError } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { EventOutcome, RunSkip } from "../model/flow.ts";

/** An outcome without what is the same for all of one event and function. */
export type OutcomeFacts = EventOutcome extends infer Each
  ? Each extends EventOutcome
    ? Omit<Each, "eventId" | "functionId" | "atMs">
    : never
  : never;

export function refusalOf(fn: FunctionRecord, why: string): UserError {
  return {
    name: "Error",
    message: `The invoked function "${fn.config.slug}" did not run: ${why}`,
  };
}

/** @returns Undefined: the invoker is answered by a run. */
export function whyNot(outcome: OutcomeFacts): string | undefined {
  switch (outcome.type) {
    case "rate_limited":
      return `invoked function is rate limited (${outcome.limit} per ${formatDuration(outcome.periodMs)}${forKey(outcome.key)}) until ${dateOf(outcome.untilMs)}.`;
    case "deduplicated":
      return outcome.by === "event_id"
        ? `its event id "${outcome.key}" was used before${inRun(outcome.runId)}; it can be used again from ${dateOf(outcome.untilMs)} on.`
        : `its idempotency value "${outcome.key}" was used before, by event ${outcome.sinceEventId ?? "unknown"}${inRun(outcome.runId)}; it can be used again from ${dateOf(outcome.untilMs)} on.`;
    case "debounced":
      return outcome.supersededBy === undefined
        ? undefined
        : `it is debounced, and the event ${outcome.supersededBy} took its place.`;
    case "failed":
      return outcome.message;
    case "batched":
    case "filtered":
      return undefined;
  }
}

export function whySkipped(skip: RunSkip): string {
  return skip.reason === "paused"
    ? "the function is paused."
    : `it is a singleton, and run ${skip.byRunId ?? "unknown"} holds its place.`;
}

function forKey(key: string): string {
  return key === "" ? "" : `, key "${key}"`;
}

function inRun(runId: string | undefined): string {
  return runId === undefined ? "" : ` for run ${runId}`;
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
