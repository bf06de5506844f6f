// Conformance: bulk jobs are read back as they were last saved, with their request while they run.
import { newBulkJob, withNote, type BulkRequest, type Change } from "@everstep/core";
import { describe, expect, it } from "vitest";
import type { OpenStore } from "./open-store.ts";
import { AT_MS, ulidLike } from "./records.ts";

const REQUEST: BulkRequest = {
  action: "rerun",
  selection: { type: "listed", runIds: [ulidLike("RUN", 1), "what: \u0000 'quoted'"] },
  fromStep: { stepId: "charge", inputJson: "[1]" },
};

function added(serial: number): Extract<Change, { type: "bulk_added" }> {
  const job = newBulkJob(ulidLike("BULK", serial), "rerun", AT_MS);
  return { type: "bulk_added", job, request: REQUEST };
}

export function describeBulk(openStore: OpenStore): void {
  describe("bulk jobs", () => {
    it("are what was last saved, with the request of those that run", async () => {
      const opened = await openStore();
      await opened.store.open();
      const [running, ended, removed] = [added(1), added(2), added(3)];
      const counted = withNote(running.job, { total: 2, cursor: "0" }, AT_MS);
      await opened.store.commit([running, ended, removed, { type: "bulk_saved", job: counted }]);
      const more = { ...counted, done: 1, succeeded: 1, newRunIds: ["a"] };
      const over = withNote(ended.job, { status: "failed", message: "no" }, AT_MS + 1);
      await opened.store.commit([
        { type: "bulk_saved", job: counted },
        { type: "bulk_saved", job: more },
        { type: "bulk_saved", job: over },
        { type: "bulk_removed", jobId: removed.job.id },
      ]);
      const next = await opened.reopen();
      const { bulkJobs } = await next.store.open();
      expect(bulkJobs).toEqual([{ job: more, request: REQUEST }, { job: over }]);
      await next.close();
    });
  });
}
