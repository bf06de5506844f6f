// Bulk actions: each run once, whatever dies in between, and nothing that came later.
import type { BulkJob, BulkRequest, Store } from "@everstep/core";
import { hashStepId } from "@everstep/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { aConfig, crash, done, ops, startWorld, wireOp, type World } from "./engine-world.ts";

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end();
});

/** A world with so many runs, whose calls are answered (they end) or left open (they live). */
async function withRuns(count: number, isAnswered: boolean): Promise<World> {
  const world = await startWorld(isAnswered ? { answer: () => done("ok") } : {});
  worlds.push(world);
  await world.sync([aConfig("shop-a")]);
  const events = Array.from({ length: count }, (_, n) => ({ name: "shop/order", data: { n } }));
  await world.engine.sendEvents(events);
  await world.settle();
  world.clock.advance(10);
  return world;
}

const CANCEL_ALL: BulkRequest = {
  action: "cancel",
  selection: { type: "filtered", filter: { timeField: "createdAtMs" } },
};
const RERUN_ALL: BulkRequest = {
  action: "rerun",
  selection: {
    type: "filtered",
    filter: { timeField: "createdAtMs", statuses: ["completed"] },
  },
};

/** Lets the world go on until the job has ended. */
async function ended(world: World, jobId: string): Promise<BulkJob> {
  for (let round = 0; round < 200; round += 1) {
    const job = world.engine.findBulkJob(jobId);
    if (job !== undefined && job.status !== "running") return job;
    await world.settle();
  }
  throw new Error(`bulk job ${jobId} does not end`);
}

/** The store takes nothing more once the job has come so far: the process is as good as dead. */
function dieAt(world: World, doneMin: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = world.engine.onChange((changes) => {
      const isThere = changes.some(
        (each) => each.type === "bulk_saved" && each.job.done >= doneMin,
      );
      if (!isThere) return;
      stop();
      world.faults.commit = new Error("gone");
      resolve();
    });
  });
}

async function restart(world: World): Promise<World> {
  const next = await crash(world);
  worlds.splice(worlds.indexOf(world), 1, next);
  return next;
}

describe("a bulk action", () => {
  it("[B1, B2] cancels each run once, over a crash in its middle", async () => {
    const world = await withRuns(250, false);
    const dead = dieAt(world, 60);
    const { id } = await world.engine.startBulk(CANCEL_ALL);
    await dead;
    const next = await restart(world);
    const job = await ended(next, id);
    expect(job).toMatchObject({ status: "completed", total: 250, done: 250, succeeded: 250 });
    const runs = await next.runs();
    expect(runs.filter(({ status }) => status === "cancelled")).toHaveLength(250);
    expect(runs[0]?.endReason).toBe(`bulk action ${id}`);
  });

  it.each([1, 20, 45])(
    "[B1, B2] makes each rerun once, over a crash after %d runs",
    async (doneMin) => {
      const world = await withRuns(90, true);
      const dead = dieAt(world, doneMin);
      const { id } = await world.engine.startBulk(RERUN_ALL);
      await dead;
      const next = await restart(world);
      const job = await ended(next, id);
      expect(job).toMatchObject({ status: "completed", done: 90, succeeded: 90, failed: 0 });
      const originals = (await next.runs()).flatMap((run) => run.originalRunId ?? []);
      expect(originals).toHaveLength(90);
      expect(new Set(originals).size).toBe(90);
      expect(job.newRunIds).toHaveLength(90);
    },
  );

  it("[B1] tries a slice again that the store did not take", async () => {
    const world = await withRuns(30, true);
    world.faults.commit = new Error("disk full");
    await expect(world.engine.startBulk(RERUN_ALL)).rejects.toThrow("did not take");
    delete world.faults.commit;
    await world.advance(1_000);
    const dead = dieAt(world, 20);
    const { id } = await world.engine.startBulk(RERUN_ALL);
    await dead;
    await world.settle();
    delete world.faults.commit;
    await world.advance(1_000);
    await world.advance(1_000);
    expect(await ended(world, id)).toMatchObject({ done: 30, succeeded: 30 });
    expect(await world.runs()).toHaveLength(60);
  });

  it("[B3] leaves out runs that were created or ended after it was made", async () => {
    const world = await withRuns(5, true);
    const open = await startWorld();
    worlds.push(open);
    const { id } = await world.engine.startBulk(RERUN_ALL);
    await world.send("shop/order");
    expect(await ended(world, id)).toMatchObject({ done: 5, total: 5 });
    const again = await world.engine.startBulk({
      action: "rerun",
      selection: { type: "filtered", filter: { timeField: "endedAtMs" } },
    });
    expect(await ended(world, again.id)).toMatchObject({ done: 11 });
    expect(await world.runs()).toHaveLength(22);
  });

  it("[B3] leaves out runs that end only while it goes on", async () => {
    const world = await startWorld({
      answer: ({ body }) => (body.event.data["n"] === 249 ? undefined : done("ok")),
    });
    worlds.push(world);
    await world.sync([aConfig("shop-a")]);
    const events = Array.from({ length: 250 }, (_, n) => ({ name: "shop/order", data: { n } }));
    await world.engine.sendEvents(events);
    await world.settle();
    const { id } = await world.engine.startBulk(RERUN_ALL);
    world.clock.advance(10);
    world.open()[0]?.respond(done("late"));
    expect(await ended(world, id)).toMatchObject({ done: 249, succeeded: 249 });
    const completed = (await world.runs()).filter(({ status }) => status === "completed");
    expect(completed.length).toBe(250 + 249);
  });

  it("[B4] does nothing more once it is stopped, nor after a restart", async () => {
    const world = await withRuns(100, false);
    const { id } = await world.engine.startBulk(CANCEL_ALL);
    const stopped = await world.engine.stopBulk(id);
    expect(stopped).toMatchObject({ status: "stopped" });
    expect(stopped.done).toBeLessThan(100);
    await world.settle();
    world.faults.commit = new Error("gone");
    const next = await restart(world);
    await next.settle();
    expect(next.engine.findBulkJob(id)).toEqual(stopped);
    expect(await next.engine.stopBulk(id)).toEqual(stopped);
    const runs = await next.runs();
    expect(runs.filter(({ status }) => status === "cancelled")).toHaveLength(stopped.done);
    await expect(next.engine.stopBulk("nope")).rejects.toThrow('no bulk action "nope"');
  });

  it("[B5] tells of runs that have ended, are gone or have no such step", async () => {
    const world = await withRuns(2, true);
    const ids = (await world.runs()).map((run) => run.id);
    const listed = { type: "listed", runIds: [...ids, "NOBODY"] } as const;
    const cancelled = await world.engine.startBulk({ action: "cancel", selection: listed });
    expect(await ended(world, cancelled.id)).toMatchObject({ done: 3, skipped: 3, failed: 0 });
    const fromStep = { stepId: "never" };
    const rerun = { action: "rerun", selection: listed, fromStep } as const;
    const { id } = await world.engine.startBulk(rerun);
    const job = await ended(world, id);
    expect(job).toMatchObject({ done: 3, failed: 2, skipped: 1, newRunIds: [] });
    expect(job.errors.map(({ runId }) => runId)).toEqual([...ids, "NOBODY"]);
    expect(await world.runs()).toHaveLength(2);
  });

  it("[B5] counts a run whose rerun breaks the engine as failed, and goes on", async () => {
    const world = await withRuns(3, true);
    const [, broken] = await world.runs();
    const { store } = world as { store: { loadRuns: Store["loadRuns"] } };
    const { loadRuns } = store;
    store.loadRuns = async (ids) => {
      if (ids.includes(broken?.id ?? "")) throw new Error("torn page");
      return loadRuns(ids);
    };
    const { id } = await world.engine.startBulk(RERUN_ALL);
    const job = await ended(world, id);
    expect(job).toMatchObject({ status: "completed", done: 3, succeeded: 2, failed: 1 });
    expect(job.errors).toMatchObject([{ runId: broken?.id }]);
    store.loadRuns = loadRuns;
  });

  it("[B6] is one of 20 at most, and one of 100 that are remembered", async () => {
    const world = await withRuns(60, false);
    const begun = await Promise.allSettled(
      Array.from({ length: 22 }, () => world.engine.startBulk(CANCEL_ALL)),
    );
    expect(begun.filter(({ status }) => status === "rejected")).toHaveLength(2);
    for (const { id } of world.engine.bulkJobs()) await ended(world, id);
    const none: BulkRequest = { action: "cancel", selection: { type: "listed", runIds: [] } };
    for (let count = 0; count < 101; count += 1) {
      await ended(world, (await world.engine.startBulk(none)).id);
    }
    const ids = world.engine.bulkJobs().map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(ids).toEqual(ids.toSorted().toReversed());
    world.faults.commit = new Error("gone");
    const next = await restart(world);
    expect(next.engine.bulkJobs().map(({ id }) => id)).toEqual(ids);
  });

  it("reruns from a step by its name, and takes runs that a search finds", async () => {
    const step = wireOp("StepRun", "charge", { data: 1 });
    const world = await startWorld({
      answer: ({ body }) => (step.id in body.steps ? done("ok") : ops(step)),
    });
    worlds.push(world);
    await world.sync([aConfig("shop-a")]);
    for (const n of [1, 2, 3]) await world.send("shop/order", { n });
    await world.settle();
    const { id } = await world.engine.startBulk({
      action: "rerun",
      selection: {
        type: "filtered",
        filter: { timeField: "createdAtMs" },
        search: "event.data.n >= 2",
      },
      fromStep: { stepId: "charge", inputJson: "[9]" },
    });
    expect(await ended(world, id)).toMatchObject({ total: 2, succeeded: 2 });
    await world.settle();
    expect(world.calls.at(-1)?.body.steps).toHaveProperty(hashStepId("charge"));
  });
});
