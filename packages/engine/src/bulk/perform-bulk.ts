// Performs a bulk job: one small slice of runs after another, so that the engine goes on with its other work. It keeps nothing that
// the job does not hold, so it can stop anywhere and be taken up by the next owner.
import type { BulkJob, BulkNote, BulkRequest, History } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { BulkAct } from "../partition/command.ts";
import type { Partition } from "../partition/open-partition.ts";
import type { Clock, Log } from "../ports.ts";
import { countBulkRuns, readBulkPage, type BulkPage } from "./bulk-pages.ts";
import { findRerunStart } from "./rerun-start.ts";

const SLICE = 20;
/** Pause after the store did not take a slice. */
const RETRY_MS = 1_000;

export interface BulkContext {
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
  /** @throws EverstepError shutting_down. */
  readonly opened: () => Partition;
}

type Planned = BulkPage["runs"][number] & { readonly after: string };

/** Resolves when the job has ended or the engine stops. Never rejects: what goes wrong is told by the job. */
export async function performBulk(
  context: BulkContext,
  jobId: string,
  request: BulkRequest,
): Promise<void> {
  for (;;) {
    try {
      const isOver = await performPage(context, jobId, request);
      if (isOver) return;
    } catch (error) {
      const code = error instanceof EverstepError ? error.code : undefined;
      if (code === "shutting_down") return;
      if (code !== "store_unavailable") {
        await giveUp(context, jobId, error);
        return;
      }
      await pause(context.clock);
    }
  }
}

/** @returns Whether the job has ended. */
async function performPage(
  context: BulkContext,
  jobId: string,
  request: BulkRequest,
): Promise<boolean> {
  const job = runningJob(context, jobId);
  if (job === undefined) return true;
  if (job.cursor === "" && job.total === undefined) {
    const total = await countBulkRuns(context.history, request, job);
    if (total !== undefined) await note(context, jobId, { total });
  }
  const page = await readBulkPage(context.history, request, job);
  for (let at = 0; at < page.runs.length; at += SLICE) {
    const slice = page.runs.slice(at, at + SLICE).map((run, index) => ({
      ...run,
      after: page.runs[at + index - 1]?.cursor ?? job.cursor,
    }));
    // Somebody stopped it, or a run needs another try: the job says from where.
    if (!(await performSlice(context, job, request, slice))) return false;
    await yieldToEngine();
  }
  if (page.next === undefined) {
    await note(context, jobId, { status: "completed" });
    return true;
  }
  if (page.next !== page.runs.at(-1)?.cursor) await note(context, jobId, { cursor: page.next });
  return false;
}

/** @returns Whether every run of the slice was dealt with. */
async function performSlice(
  context: BulkContext,
  job: BulkJob,
  request: BulkRequest,
  slice: readonly Planned[],
): Promise<boolean> {
  const acts = await Promise.all(slice.map((run) => planAct(context, job, request, run)));
  const ask = (act: BulkAct): Promise<boolean> =>
    context.opened().ask<boolean>({ type: "bulk_act", jobId: job.id, act });
  // Decided in this order; one that is dropped leaves those behind it for the next turn.
  const answers = await Promise.allSettled(acts.map(ask));
  const index = answers.findIndex(({ status }) => status === "rejected");
  const answer = answers[index];
  const act = acts[index];
  if (answer?.status !== "rejected" || act === undefined) {
    return answers.every((each) => each.status === "fulfilled" && each.value);
  }
  const error: unknown = answer.reason;
  if (error instanceof EverstepError && error.code !== "internal") throw error;
  await ask({ ...act, action: { type: "none", message: messageOf(error) } });
  return false;
}

async function planAct(
  { history }: BulkContext,
  job: BulkJob,
  request: BulkRequest,
  run: Planned,
): Promise<BulkAct> {
  if (request.action === "cancel") {
    const reason = request.reason ?? `bulk action ${job.id}`;
    return { ...run, action: { type: "cancel", reason } };
  }
  try {
    const start = await findRerunStart(history, run.runId, request.fromStep);
    return { ...run, action: { type: "rerun", ...start } };
  } catch (error) {
    if (!(error instanceof EverstepError) || error.code !== "argument_invalid") throw error;
    return { ...run, action: { type: "none", message: error.message } };
  }
}

function runningJob({ opened }: BulkContext, jobId: string): BulkJob | undefined {
  const job = opened().catalog.bulkJob(jobId);
  return job?.status === "running" ? job : undefined;
}

async function note({ opened }: BulkContext, jobId: string, said: BulkNote): Promise<void> {
  await opened().ask({ type: "bulk_note", jobId, note: said });
}

async function giveUp(context: BulkContext, jobId: string, error: unknown): Promise<void> {
  const message = messageOf(error);
  try {
    await note(context, jobId, { status: "failed", message });
  } catch (failure) {
    // The engine stops, or the store takes nothing: the next owner tries the job again.
    const fields = { jobId, error: message, failure: messageOf(failure) };
    context.log({ level: "warn", message: "A bulk action was interrupted.", fields });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.at(clock.nowMs() + RETRY_MS, resolve);
  });
}

/** Others get their turn between two slices. */
function yieldToEngine(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
