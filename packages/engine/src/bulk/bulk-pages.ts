// The runs of a bulk job, page by page, always from the place that the job has come to: what is read after a restart goes on there.
// Runs that came after the job, reruns that it makes among them, are not its business.
import {
  compileSearch,
  type BulkJob,
  type BulkRequest,
  type BulkSelection,
  type History,
  type RunFilter,
  type RunHead,
} from "@everstep/core";
import { searchRuns } from "./search-runs.ts";

const PAGE = 200;

export interface BulkPage {
  readonly runs: readonly { readonly runId: string; readonly cursor: string }[];
  /** The place of the last run that was looked at; absent when nothing comes after the page. */
  readonly next?: string;
}

type SelectionOf<Type extends BulkSelection["type"]> = Extract<BulkSelection, { type: Type }>;

/** @throws EverstepError expression_invalid. */
export async function readBulkPage(
  history: History,
  request: BulkRequest,
  job: BulkJob,
): Promise<BulkPage> {
  const { selection } = request;
  switch (selection.type) {
    case "listed":
      return listedPage(selection, job);
    case "filtered":
      return filteredPage(history, selection, job);
    case "failed":
      return failedPage(history, selection, job);
  }
}

/** Undefined: known at the end only. */
export async function countBulkRuns(
  history: History,
  { selection }: BulkRequest,
  job: BulkJob,
): Promise<number | undefined> {
  switch (selection.type) {
    case "listed":
      return selection.runIds.length;
    case "filtered":
      if (selection.search !== undefined) return undefined;
      return history.countRuns(filterOf(selection, job));
    case "failed":
      return history.countFailedRuns(failedSpan(selection, job));
  }
}

function listedPage({ runIds }: SelectionOf<"listed">, job: BulkJob): BulkPage {
  const from = job.cursor === "" ? 0 : Number(job.cursor) + 1;
  const page = runIds.slice(from, from + PAGE);
  const end = from + page.length;
  return {
    runs: page.map((runId, index) => ({ runId, cursor: String(from + index) })),
    ...(end < runIds.length ? { next: String(end - 1) } : {}),
  };
}

async function filteredPage(
  history: History,
  selection: SelectionOf<"filtered">,
  job: BulkJob,
): Promise<BulkPage> {
  const filter = filterOf(selection, job);
  const { search: text } = selection;
  const search = text === undefined ? undefined : compileSearch(text, job.createdAtMs);
  const page = await history.listRuns({
    filter,
    omitOutput: search?.readsOutput !== true,
    order: "asc",
    limit: PAGE,
    ...(job.cursor === "" ? {} : { after: readPlace(job.cursor) }),
  });
  const known = page.filter((run) => isItsBusiness(run, selection.filter, job));
  const fitting = search === undefined ? known : await searchRuns(history, search, known);
  const placeOf = (run: RunHead): string => writePlace(run[filter.timeField] ?? 0, run.id);
  const last = page.at(-1);
  return {
    runs: fitting.map((run) => ({ runId: run.id, cursor: placeOf(run) })),
    ...(last !== undefined && page.length === PAGE ? { next: placeOf(last) } : {}),
  };
}

async function failedPage(
  history: History,
  selection: SelectionOf<"failed">,
  job: BulkJob,
): Promise<BulkPage> {
  const page = await history.listFailedRuns({
    ...failedSpan(selection, job),
    limit: PAGE,
    ...(job.cursor === "" ? {} : { after: readPlace(job.cursor) }),
  });
  const placeOf = (run: (typeof page)[number]): string => writePlace(run.endedAtMs, run.runId);
  const last = page.at(-1);
  return {
    runs: page
      .filter(({ runId }) => runId < job.id)
      .map((run) => ({ runId: run.runId, cursor: placeOf(run) })),
    ...(last !== undefined && page.length === PAGE ? { next: placeOf(last) } : {}),
  };
}

function failedSpan(
  { fingerprint, fromMs, untilMs }: SelectionOf<"failed">,
  job: BulkJob,
): { fingerprint: string; fromMs: number; untilMs: number } {
  return { fingerprint, fromMs, untilMs: Math.min(untilMs, job.createdAtMs + 1) };
}

/** Ended runs cannot be cancelled, so they are not even looked at. */
function filterOf({ filter }: SelectionOf<"filtered">, job: BulkJob): RunFilter {
  const untilMs = Math.min(filter.untilMs ?? Infinity, job.createdAtMs + 1);
  const bounded = { ...filter, untilMs };
  if (job.action !== "cancel") return bounded;
  const { statuses = ["queued", "running"] } = filter;
  return { ...bounded, statuses: statuses.filter(isLive) };
}

function isLive(status: RunHead["status"]): boolean {
  return status === "queued" || status === "running";
}

/** Ids are in the order of creation. A run that ended after the job was made was live then. */
function isItsBusiness(run: RunHead, { statuses }: RunFilter, job: BulkJob): boolean {
  if (run.id > job.id) return false;
  const wasLive = run.endedAtMs !== undefined && run.endedAtMs > job.createdAtMs;
  return !wasLive || statuses === undefined || statuses.some(isLive);
}

function writePlace(timeMs: number, id: string): string {
  return `${timeMs} ${id}`;
}

function readPlace(cursor: string): { readonly timeMs: number; readonly id: string } {
  const [timeMs = "0", id = ""] = cursor.split(" ");
  return { timeMs: Number(timeMs), id };
}
