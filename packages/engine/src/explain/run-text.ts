// The sentences of a run's explanation. They say what is waited for, with its numbers, and who is before.
import type { RunHead } from "@everstep/core";
import { formatDuration } from "@everstep/protocol";
import { dateOf, expressionOf, quoted, spanOf } from "./text-parts.ts";
import type { ExplainedHolder, ExplainedQueueReason, RunReasonFacts } from "./run-explanation.ts";

export function sentenceOfReason(facts: RunReasonFacts, nowMs: number): string {
  const step = facts.stepName === undefined ? "" : `Step ${quoted(facts.stepName)}: `;
  return capital(`${step}${clauseOf(facts, nowMs)}.`);
}

function clauseOf(facts: RunReasonFacts, nowMs: number): string {
  switch (facts.type) {
    case "in_flight":
      return `running now, for ${spanOf(nowMs - facts.sinceMs)}${attemptOf(facts.attempt)}`;
    case "queued":
      return `waiting for ${facts.queue.map((each) => queueClause(each, nowMs)).join(" and for ")}, position ${positionOf(facts.position)}`;
    case "ready":
      return `about to be called, position ${positionOf(facts.position)}`;
    case "paused":
      return `the function is paused${facts.sinceMs === undefined ? "" : ` since ${dateOf(facts.sinceMs)}`}; it goes on when somebody resumes it`;
    case "retry":
      return `attempt ${facts.attempt + 1} of ${facts.maxAttempts} is made at ${dateOf(facts.atMs)}${facts.lastError === undefined ? "" : `, because the last one failed: ${facts.lastError.message.replace(/\.$/, "")}`}`;
    case "scheduled":
      return `it is called at ${dateOf(facts.atMs)}`;
    case "sleep":
      return `sleeping until ${dateOf(facts.untilMs)}`;
    case "event":
      return `waiting for the event ${quoted(facts.eventName)}${facts.expression === undefined ? "" : ` with ${expressionOf(facts.expression)}`}${until(facts.untilMs)}`;
    case "signal":
      return `waiting for the signal ${quoted(facts.signal)}${until(facts.untilMs)}`;
    case "invoke":
      return `waiting for the invoked function ${quoted(facts.functionSlug ?? facts.functionId ?? "unknown")}${facts.runId === undefined ? "" : `, run ${facts.runId}`}${until(facts.untilMs)}`;
    case "function_unknown":
      return "the function is not registered any more, so nothing can be called";
  }
}

function queueClause(reason: ExplainedQueueReason, nowMs: number): string {
  switch (reason.type) {
    case "concurrency": {
      const { key, scope, level, held, limit, oldestHolder } = reason;
      const name = key === undefined ? "" : ` ${quoted(key)}`;
      const shared = scope === "fn" ? "" : ` shared in the ${scope}`;
      const what = level === "fn" ? " of runs" : "";
      return `concurrency${what}${name}${shared} (${held} of ${limit}${holderClause(oldestHolder, nowMs)})`;
    }
    case "throttle": {
      const name = reason.key === "" ? "" : ` ${quoted(reason.key)}`;
      const rule = `${reason.limit} per ${formatDuration(reason.periodMs)}`;
      const at =
        reason.untilMs === undefined ? "" : `; the next run starts at ${dateOf(reason.untilMs)}`;
      return `the throttle${name} (${rule}${at})`;
    }
    case "app":
      return `a free call of the app (${reason.callsInFlight} of ${reason.callsMax})`;
  }
}

function holderClause(holder: ExplainedHolder | undefined, nowMs: number): string {
  if (holder === undefined) return "";
  const { runId, stepName, sinceMs } = holder;
  const step = stepName === undefined ? "" : ` step ${quoted(stepName)}`;
  const since = sinceMs === undefined ? "" : ` for ${spanOf(nowMs - sinceMs)}`;
  return `; oldest holder run ${runId}${step}${since}`;
}

export function sentenceOfEnd(head: RunHead, functionSlug: string): string {
  const { status, skip, error, endReason, endedAtMs } = head;
  const at = endedAtMs === undefined ? "" : ` at ${dateOf(endedAtMs)}`;
  switch (status) {
    case "skipped":
      return skip?.reason === "singleton"
        ? `Skipped: ${quoted(functionSlug)} is a singleton, and run ${skip.byRunId ?? "unknown"} held its place.`
        : `Skipped: the function ${quoted(functionSlug)} was paused when its event came.`;
    case "failed":
      return `Failed${at}: ${error?.message ?? "no error was recorded"}`;
    case "cancelled":
      return `Cancelled${at}: ${endReason ?? "no reason was recorded"}.`;
    case "completed":
      return `Completed${at}.`;
    case "queued":
    case "running":
      return "Nothing of it is open at this moment: what it did last is being recorded.";
  }
}

function attemptOf(attempt: number): string {
  return attempt === 0 ? "" : ` (attempt ${attempt + 1})`;
}

/** The dispatcher counts up to 10,000 calls before this one. */
function positionOf(position: number): string {
  return position > 10_000 ? "beyond 10,000" : String(position);
}

function until(untilMs: number | undefined): string {
  return untilMs === undefined ? "" : `, until ${dateOf(untilMs)}`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
