// From a filter as callers write it to what the history is asked, and the search that reads on until a page is full or its time
// is up: a search has no index, so it answers with what it found and says how far it came.
import {
  compileSearch,
  type RunFilter,
  type RunHead,
  type RunPage,
  type RunStatus,
  type RunTimeField,
  type Search,
} from "@everstep/core";
import { searchRuns } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import { parseTime } from "../rest/query-params.ts";
import { ANSWER_BYTES_MAX } from "./answer-bytes.ts";
import { functionIdsOf, type ApiContext } from "./api-context.ts";

export interface AskedFilter {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly timeField?: "QUEUED_AT" | "STARTED_AT" | "ENDED_AT" | undefined;
  readonly status?: readonly string[] | undefined;
  readonly appId?: readonly string[] | undefined;
  readonly functionId?: readonly string[] | undefined;
  readonly eventName?: readonly string[] | undefined;
  readonly query?: string | undefined;
}

const TIME_FIELDS = {
  QUEUED_AT: "createdAtMs",
  STARTED_AT: "startedAtMs",
  ENDED_AT: "endedAtMs",
} as const satisfies Record<string, RunTimeField>;

/** How long a search may go on before it answers with what it has. */
const SEARCH_MS = 120;
const SEARCH_PAGE = 200;
/** Outputs may be megabytes each. */
const OUTPUT_SEARCH_PAGE = 50;

/** @throws EverstepError argument_invalid, function_not_found, app_not_found. */
export function toRunFilter(context: ApiContext, asked: AskedFilter): RunFilter {
  const functionIds = functionIdsOf(context, asked);
  return {
    timeField: TIME_FIELDS[asked.timeField ?? "QUEUED_AT"],
    ...(asked.from === undefined ? {} : { fromMs: parseTime(asked.from, "from") }),
    ...(asked.until === undefined ? {} : { untilMs: parseTime(asked.until, "until") }),
    ...(asked.status === undefined
      ? {}
      : { statuses: asked.status.map((each) => each.toLowerCase()) as RunStatus[] }),
    ...(functionIds === undefined ? {} : { functionIds }),
    ...(asked.eventName === undefined ? {} : { eventNames: asked.eventName }),
  };
}

/** Undefined: nothing is searched for. @throws EverstepError expression_invalid. */
export function toSearch(context: ApiContext, { query }: AskedFilter): Search | undefined {
  if (query === undefined || query.trim() === "") return undefined;
  return compileSearch(query, context.nowMs());
}

export interface FoundRuns {
  readonly runs: readonly RunHead[];
  /** The last run looked at, when there may be more after it. */
  readonly last?: RunHead;
  /** The time was up before the page was full. */
  readonly isCut: boolean;
}

/** A page of runs. */
export async function findRuns(
  context: ApiContext,
  page: RunPage,
  search: Search | undefined,
): Promise<FoundRuns> {
  const { history } = context;
  if (search === undefined) {
    const runs = await history.listRuns({ ...page, limit: page.limit + 1, omitOutput: true });
    const shown = runs.slice(0, page.limit);
    const last = shown.at(-1);
    return { runs: shown, isCut: false, ...(runs.length > page.limit && last ? { last } : {}) };
  }
  const pageMax = search.readsOutput ? OUTPUT_SEARCH_PAGE : SEARCH_PAGE;
  const found: RunHead[] = [];
  const deadlineMs = performance.now() + SEARCH_MS;
  let { after } = page;
  for (;;) {
    const runs = await history.listRuns({
      ...page,
      limit: pageMax,
      omitOutput: !search.readsOutput,
      ...(after === undefined ? {} : { after }),
    });
    const fitting = new Set(await searchRuns(history, search, runs));
    for (const run of runs) {
      if (fitting.has(run)) found.push(run);
      if (found.length >= page.limit) return { runs: found, last: run, isCut: false };
    }
    const last = runs.at(-1);
    if (last === undefined || runs.length < pageMax) return { runs: found, isCut: false };
    if (performance.now() > deadlineMs) return { runs: found, last, isCut: true };
    after = { timeMs: last[page.filter.timeField] ?? 0, id: last.id };
    await yieldToEngine();
  }
}

/** The runs with their outputs, as many as one answer holds. */
export async function withOutputs(
  { history }: ApiContext,
  { runs, last, isCut }: FoundRuns,
): Promise<FoundRuns> {
  const whole: RunHead[] = [];
  let bytes = 0;
  for (const run of runs) {
    const read = run.endedAtMs === undefined ? run : ((await history.findRun(run.id)) ?? run);
    bytes += read.outputJson?.length ?? 0;
    const before = whole.at(-1);
    if (bytes > ANSWER_BYTES_MAX && before !== undefined) {
      return { runs: whole, last: before, isCut: false };
    }
    whole.push(read);
  }
  return { runs: whole, isCut, ...(last === undefined ? {} : { last }) };
}

/** Others get their turn between two slices of long work. */
export function yieldToEngine(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function encodeRunCursor(run: RunHead, field: RunTimeField): string {
  return Buffer.from(JSON.stringify([run[field] ?? 0, run.id])).toString("base64url");
}

/** @throws EverstepError argument_invalid. */
export function decodeRunCursor(cursor: string): { readonly timeMs: number; readonly id: string } {
  try {
    const [timeMs, id] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (typeof timeMs === "number" && typeof id === "string") return { timeMs, id };
  } catch {
    // Told below, as for every other malformed cursor.
  }
  throw new EverstepError(
    "argument_invalid",
    `"cursor" is "${cursor.slice(0, 64)}": give the cursor of the page before, with the same filter.`,
  );
}
