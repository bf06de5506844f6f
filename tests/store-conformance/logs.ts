// Conformance: log lines of a run, in their order, by page, level and step.
import type { Change, RunLogLine } from "@everstep/core";
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import { aLine, aRun, ulidLike } from "./records.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;
const LINES: readonly RunLogLine[] = Array.from({ length: 40 }, (_, position) =>
  aLine({
    position,
    level: LEVELS[position % 4] ?? "info",
    message: `line ${position} é😀`,
    attempt: position % 3,
    generation: 2 ** 32 + position,
    ...(position % 2 === 0 ? {} : { stepId: `s${position % 5}` }),
    ...(position % 7 === 0 ? { fieldsJson: '{"n":[1,null]}' } : {}),
  }),
);

export function describeLogs(openStore: OpenStore): void {
  describe("log lines", () => {
    it("are listed in their order, as they were recorded, in pages that join", async () => {
      await withStore(openStore, async ({ store, history }) => {
        const run = aRun();
        const other = aRun({ id: ulidLike("RUN", 2) });
        await store.commit([
          { type: "run_added", run },
          { type: "run_added", run: other },
          ...LINES.toReversed().map((line): Change => ({ type: "log_line_added", line })),
          { type: "log_line_added", line: aLine({ runId: other.id, message: "other" }) },
          { type: "run_patched", runId: run.id, patch: { logCount: 40 } },
        ]);
        const first = await history.listRunLogs({ runId: run.id, limit: 25 });
        const last = await history.listRunLogs({ runId: run.id, after: 24, limit: 25 });
        expect([...first, ...last]).toEqual(LINES);
        expect((await history.findRun(run.id))?.logCount).toBe(40);
        expect(await history.findRun(other.id)).not.toHaveProperty("logCount");
        const [loaded] = await store.loadRuns([run.id]);
        expect(loaded?.state.head.logCount).toBe(40);
        expect(await history.listRunLogs({ runId: "missing", limit: 9 })).toEqual([]);
      });
    });

    it("are filtered by level and by step", async () => {
      await withStore(openStore, async ({ store, history }) => {
        const run = aRun();
        await store.commit([
          { type: "run_added", run },
          ...LINES.map((line): Change => ({ type: "log_line_added", line })),
        ]);
        const list = (filter: object): unknown =>
          history.listRunLogs({ runId: run.id, limit: 100, ...filter });
        const kept = (isKept: (line: RunLogLine) => boolean): unknown => LINES.filter(isKept);
        expect(await list({ levels: ["warn", "error"] })).toEqual(
          kept(({ level }) => level === "warn" || level === "error"),
        );
        expect(await list({ stepId: "s3" })).toEqual(kept(({ stepId }) => stepId === "s3"));
        expect(await list({ stepId: "s3", levels: ["info"], after: 13 })).toEqual(
          kept(
            ({ stepId, level, position }) => stepId === "s3" && level === "info" && position > 13,
          ),
        );
        expect(await list({ levels: [] })).toEqual([]);
      });
    });

    it("are recorded once at each position", async () => {
      await withStore(openStore, async ({ store, history }) => {
        const change: Change = { type: "log_line_added", line: aLine() };
        await store.commit([{ type: "run_added", run: aRun() }, change]);
        await expect(store.commit([change])).rejects.toMatchObject({ code: "internal" });
        expect(await history.listRunLogs({ runId: aRun().id, limit: 9 })).toEqual([aLine()]);
      });
    });
  });
}
