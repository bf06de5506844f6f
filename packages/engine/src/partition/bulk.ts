// Bulk jobs in the partition: what is done to a run and the job that counts it are one decision, so that no restart can part them.
import {
  newBulkJob,
  withNote,
  withOutcome,
  type BulkJob,
  type BulkOutcome,
  type Change,
} from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { Command } from "./command.ts";
import type { Execution } from "./execution.ts";

/** Ended jobs that are remembered, beside those that run. */
const KEPT_MAX = 100;
const RUNNING_MAX = 20;

type CommandOf<T extends Command["type"]> = Extract<Command, { type: T }>;
/** Does the action within the batch. @returns The run that it made. @throws EverstepError when it is refused. */
type Act = (act: CommandOf<"bulk_act">["act"]) => Promise<string | undefined>;

/** @throws EverstepError argument_invalid: too many run already. */
export function startBulk(
  { batch, catalog, ctx }: Execution,
  { request }: CommandOf<"bulk_start">,
): BulkJob {
  const jobs = catalog.bulkJobs();
  const running = jobs.filter(({ status }) => status === "running");
  if (running.length >= RUNNING_MAX) {
    throw new EverstepError(
      "argument_invalid",
      `${RUNNING_MAX} bulk actions run already: wait for one to end, or stop one.`,
    );
  }
  const job = newBulkJob(ctx.newUlid(ctx.nowMs), request.action, ctx.nowMs);
  const ended = jobs.filter(({ status }) => status !== "running");
  const forgotten = ended.slice(KEPT_MAX - 1);
  batch.record([
    ...forgotten.map(({ id }): Change => ({ type: "bulk_removed", jobId: id })),
    { type: "bulk_added", job, request },
  ]);
  return job;
}

/** @returns Whether the run was dealt with; if not, the job has ended or is at another place. */
export async function actInBulk(
  { batch, catalog }: Execution,
  { jobId, act }: CommandOf<"bulk_act">,
  perform: Act,
): Promise<boolean> {
  const job = catalog.bulkJob(jobId);
  if (job?.status !== "running" || job.cursor !== act.after) return false;
  const outcome = await outcomeOf(batch, () => perform(act));
  batch.record([{ type: "bulk_saved", job: withOutcome(job, act, outcome) }]);
  return true;
}

async function outcomeOf(
  batch: Execution["batch"],
  perform: () => Promise<string | undefined>,
): Promise<BulkOutcome> {
  const countBefore = batch.changes.length;
  try {
    const newRunId = await perform();
    return { type: "succeeded", ...(newRunId === undefined ? {} : { newRunId }) };
  } catch (error) {
    // Half an action must not be committed; an error that nobody foresaw is the loop's business.
    const isClean = batch.changes.length === countBefore;
    if (!(error instanceof EverstepError) || !isClean) throw error;
    const isOver = error.code === "run_ended" || error.code === "run_not_found";
    return { type: isOver ? "skipped" : "failed", message: error.message };
  }
}

/** Ended jobs stay as they are. @throws EverstepError argument_invalid when there is no such job. */
export function noteBulk(
  { batch, catalog, ctx }: Execution,
  { jobId, note }: CommandOf<"bulk_note">,
): BulkJob {
  const job = catalog.bulkJob(jobId);
  if (job === undefined) {
    throw new EverstepError("argument_invalid", `There is no bulk action "${jobId}".`);
  }
  if (job.status !== "running") return job;
  const noted = withNote(job, note, ctx.nowMs);
  batch.record([{ type: "bulk_saved", job: noted }]);
  return noted;
}
