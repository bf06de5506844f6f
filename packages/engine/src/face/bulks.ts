// Bulk actions on runs: made by people, performed in small slices, gone on with by whoever owns the store next.
import type { BulkJob, BulkRequest } from "@everstep/core";
import { performBulk } from "../bulk/perform-bulk.ts";
import type { EngineOptions } from "../create-engine.ts";
import type { Engine } from "../engine.ts";
import type { Partition } from "../partition/open-partition.ts";

interface Bulks {
  readonly face: Pick<Engine, "startBulk" | "stopBulk" | "bulkJobs" | "findBulkJob">;
  /** Goes on with what the last owner left. */
  readonly resume: () => void;
}

/** @param peek The partition if it is open, for reads. */
export function createBulks(
  { history, clock, log }: EngineOptions,
  opened: () => Partition,
  peek: () => Partition | undefined,
): Bulks {
  const perform = (jobId: string, request: BulkRequest): void => {
    void performBulk({ history, clock, log, opened }, jobId, request);
  };
  return {
    face: {
      async startBulk(request) {
        const job = await opened().ask<BulkJob>({ type: "bulk_start", request });
        perform(job.id, request);
        return job;
      },
      async stopBulk(jobId) {
        return opened().ask({ type: "bulk_note", jobId, note: { status: "stopped" } });
      },
      bulkJobs: () => peek()?.catalog.bulkJobs() ?? [],
      findBulkJob: (jobId) => peek()?.catalog.bulkJob(jobId),
    },
    resume: () => {
      for (const { job, request } of opened().openBulkJobs) perform(job.id, request);
    },
  };
}
