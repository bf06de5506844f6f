// The sentences of an event's explanation.
import { formatDuration } from "@everstep/protocol";
import type { EventFate, EventFateFacts, TriedExpression } from "./event-explanation.ts";
import { dateOf, quoted } from "./text-parts.ts";

export function sentenceOfFate(facts: EventFateFacts, functionSlug: string): string {
  const name = quoted(functionSlug);
  switch (facts.type) {
    case "started":
      return started(facts, name);
    case "skipped":
      return facts.skip.reason === "paused"
        ? `Skipped: ${name} was paused (recorded as run ${facts.runId}).`
        : `Skipped: ${name} is a singleton, and run ${facts.skip.byRunId ?? "unknown"} held its place (recorded as run ${facts.runId}).`;
    case "filtered":
      return `Filtered out for ${name}: ${facts.expressions.map(triedClause).join("; ")}.`;
    case "rate_limited":
      return `Rate limited for ${name}${forKey(facts.key)}: ${facts.limit} per ${formatDuration(facts.periodMs)} had been started; the next one may start at ${dateOf(facts.untilMs)}.`;
    case "debounced":
      return debounced(facts, name);
    case "batched":
      return facts.runId === undefined
        ? `In a batch of ${name}${forKey(facts.key)} that runs at ${dateOf(facts.untilMs)} or when it is full.`
        : `In a batch of ${name}${forKey(facts.key)}: run ${facts.runId}.`;
    case "deduplicated":
      return deduplicated(facts, name);
    case "failed":
      return `Did not start ${name}: ${withoutStop(facts.message)}.`;
    case "not_listening":
      return `${name} listens to this event now, and did not when the event came.`;
  }
}

function started(facts: Extract<EventFateFacts, { type: "started" }>, name: string): string {
  const { runId, status, originalRunId, batchId } = facts;
  if (originalRunId !== undefined) {
    return `Run ${runId} of ${name} repeats run ${originalRunId} (${status}).`;
  }
  const batch = batchId === undefined ? "" : ", with the batch that it filled";
  return `Started run ${runId} of ${name}${batch} (${status}).`;
}

function triedClause({ expression, error, values }: TriedExpression): string {
  if (error !== undefined) return withoutStop(error);
  const read = values.map(({ path, value }) => `${path} is ${value}`).join(", ");
  return `${expression} was not true${read === "" ? "" : ` (${read})`}`;
}

function debounced(facts: Extract<EventFateFacts, { type: "debounced" }>, name: string): string {
  const { supersededBy, runId, key, untilMs } = facts;
  const where = `Debounced for ${name}${forKey(key)}`;
  if (supersededBy !== undefined) {
    const run = runId === undefined ? "" : `, which started run ${runId}`;
    return `${where}: event ${supersededBy} took its place${run}.`;
  }
  return runId === undefined
    ? `${where}: it starts a run at ${dateOf(untilMs)} unless another event comes.`
    : `${where}: it started run ${runId}.`;
}

function deduplicated(
  facts: Extract<EventFateFacts, { type: "deduplicated" }>,
  name: string,
): string {
  const { by, key, runId, sinceEventId, untilMs } = facts;
  const what =
    by === "event_id" ? `the event id ${quoted(key)}` : `the idempotency value ${quoted(key)}`;
  const before = sinceEventId === undefined ? "" : ` by event ${sinceEventId}`;
  const run = runId === undefined ? "" : ` for run ${runId}`;
  return `Deduplicated for ${name}: ${what} was used before${before}${run}; it can be used again from ${dateOf(untilMs)} on.`;
}

export function sentenceOfEvent(
  eventName: string,
  fates: readonly EventFate[],
  didYouMean: readonly string[],
): string {
  const name = quoted(eventName);
  if (fates.length === 0) {
    const near = didYouMean.map(quoted).join(" or ");
    return `No function listens to ${name}.${near === "" ? "" : ` Did you mean ${near}?`}`;
  }
  const [only] = fates;
  if (fates.length === 1 && only !== undefined) return only.sentence;
  const counts = new Map<string, number>();
  for (const { type } of fates) {
    const words = type.replaceAll("_", " ");
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return `${name} came to this: ${[...counts].map(([words, count]) => `${count} ${words}`).join(", ")}.`;
}

function forKey(key: string): string {
  return key === "" ? "" : ` (key ${quoted(key)})`;
}

function withoutStop(message: string): string {
  return message.replace(/\.$/, "");
}
