// The older types that official tools still read: Event, FunctionRun and the items of the stream. They refer to each
// other, so they live together.
import type { RunHead } from "@everstep/core";
import { type EventRecord, eventToWireJson, EverstepError } from "@everstep/protocol";
import { functionViewById } from "./app-view.ts";
import { runsOfEvent } from "./event-view.ts";
import type { RequestContext } from "./request-context.ts";
import { historyItemOutput, historyView } from "./run-history.ts";
import { runOutput } from "./run-output.ts";
import { isBatch } from "./run-view.ts";
import type { View } from "./view.ts";

const CRON_EVENT_NAME = "inngest/scheduled.timer";

/** A FunctionRun. */
export function legacyRunView(context: RequestContext, run: RunHead): View {
  return {
    id: run.id,
    functionID: run.functionId,
    function: () => functionViewById(context, run.functionId),
    event: async () => (await readEvents(context, run))[0],
    events: () => readEvents(context, run),
    eventID: run.eventIds[0],
    batchID: run.flow?.batchId,
    batchCreatedAt: isBatch(run) ? run.createdAtMs : null,
    status: run.status.toUpperCase(),
    pendingSteps: async () => {
      const { timers, waits } = await context.readRunDetail(run.id);
      const open = [...timers, ...waits].flatMap(({ op }) => op?.stepId ?? []);
      return new Set(open).size;
    },
    startedAt: run.startedAtMs ?? run.createdAtMs,
    finishedAt: run.endedAtMs,
    output: () => runOutput(run),
    history: () => historyView(context, run),
    historyItemOutput: ({ id }: { id: string }) => historyItemOutput(context, run, id),
    cron: run.cron,
  };
}

async function readEvents(context: RequestContext, run: RunHead): Promise<readonly View[]> {
  const events = await context.findEvents(run.eventIds);
  context.spend(events.length);
  return events.map((event) => legacyEventView(context, event));
}

/** An Event. */
export function legacyEventView(context: RequestContext, event: EventRecord): View {
  let runs: Promise<readonly RunHead[]> | undefined;
  const readRuns = (): Promise<readonly RunHead[]> => (runs ??= runsOfEvent(context, event));
  return {
    id: event.internalId,
    externalID: event.id,
    name: event.name,
    createdAt: event.tsMs,
    payload: event.dataJson,
    raw: () => eventToWireJson(event),
    status: async () => eventStatus(await readRuns()),
    pendingRuns: async () => (await readRuns()).filter(isLive).length,
    totalRuns: async () => (await readRuns()).length,
    functionRuns: async () => (await readRuns()).map((run) => legacyRunView(context, run)),
  };
}

function isLive(run: RunHead): boolean {
  return run.status === "queued" || run.status === "running";
}

function eventStatus(runs: readonly RunHead[]): string {
  if (runs.length === 0) return "NO_FUNCTIONS";
  if (runs.some(isLive)) return "RUNNING";
  const failed = runs.filter((run) => run.status === "failed").length;
  if (failed === 0) return "COMPLETED";
  return failed === runs.length ? "FAILED" : "PARTIALLY_FAILED";
}

export interface StreamQuery {
  readonly after?: number | null;
  readonly before?: number | null;
  readonly limit: number;
  readonly includeInternalEvents: boolean;
}

const STREAM_LIMIT_MAX = 400;
/** Internal events that are read to find the others; a stream of nothing but those ends here. */
const STREAM_SCAN_MAX = 10_000;

/** What `stream` answers: events and cron ticks, newest first. */
export async function streamView(
  context: RequestContext,
  query: StreamQuery,
): Promise<readonly View[]> {
  const { limit, includeInternalEvents } = query;
  if (limit < 1) {
    throw new EverstepError("argument_invalid", `limit is ${limit}: it must be 1 or more`);
  }
  const wanted = Math.min(limit, STREAM_LIMIT_MAX);
  const filter = {
    includeInternal: true,
    ...(query.after == null ? {} : { fromMs: Math.floor(query.after) }),
    ...(query.before == null ? {} : { untilMs: Math.ceil(query.before) }),
  };
  const isShown = ({ name }: EventRecord): boolean =>
    includeInternalEvents || name === CRON_EVENT_NAME || !name.startsWith("inngest/");
  const items: View[] = [];
  let before: string | undefined;
  for (let scanned = 0; scanned < STREAM_SCAN_MAX && items.length < wanted;) {
    const page = { filter, limit: STREAM_LIMIT_MAX, ...(before === undefined ? {} : { before }) };
    const events = await context.history.listEvents(page);
    items.push(...events.filter(isShown).map((event) => streamItemView(context, event)));
    scanned += events.length;
    before = events.at(-1)?.internalId;
    if (events.length < STREAM_LIMIT_MAX) break;
  }
  return items.slice(0, wanted);
}

function streamItemView(context: RequestContext, event: EventRecord): View {
  let runs: Promise<readonly RunHead[]> | undefined;
  const readRuns = (): Promise<readonly RunHead[]> => (runs ??= runsOfEvent(context, event));
  const isCron = event.name === CRON_EVENT_NAME;
  return {
    id: event.internalId,
    trigger: isCron ? cronOf(event) : event.name,
    type: isCron ? "CRON" : "EVENT",
    createdAt: event.receivedAtMs,
    runs: async () => (await readRuns()).map((run) => legacyRunView(context, run)),
    inBatch: async () => (await readRuns()).some(isBatch),
  };
}

function cronOf(event: EventRecord): string {
  const data = JSON.parse(event.dataJson) as { cron?: unknown };
  return typeof data.cron === "string" ? data.cron : event.name;
}
