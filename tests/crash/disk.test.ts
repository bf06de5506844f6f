// The disk takes no more, or two processes want the same file. A limit of the process's file sizes stands in for a disk
// quota: writes fail inside the running engine, and succeed again when it is lifted. Where tmpfs can be mounted, a real full
// disk is tried too.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../protocol/harness/free-port.ts";
import type { Answer } from "./harness/crash-client.ts";
import { CrashWorld } from "./harness/crash-world.ts";
import type { Scenario } from "./harness/scenario.ts";
import { SmallDisk } from "./harness/small-disk.ts";
import { withScenario } from "./harness/survive.ts";

const FILE_SIZE_MAX_KIB = 1_500;
const SMALL_DISK_KIB = 3_000;
const FILLED_PER_REQUEST_BYTES = 100_000;
const REQUESTS_MAX = 200;

interface Filled {
  readonly ackedIds: string[];
  readonly refusals: Answer[];
  readonly refusedKeys: string[];
}

/** Sends large arrays until several were refused. */
async function fillUp(scenario: Scenario): Promise<Filled> {
  const filled: Filled = { ackedIds: [], refusals: [], refusedKeys: [] };
  for (let request = 0; request < REQUESTS_MAX && filled.refusals.length < 5; request += 1) {
    const key = `fill-${request}`;
    const events = [0, 1].map((index) => ({
      name: "nobody/listens",
      data: { key, index, filling: randomBytes(FILLED_PER_REQUEST_BYTES / 2).toString("base64") },
    }));
    const answer = await scenario.client.sendOnce(events);
    if (answer === undefined) throw new Error(`no answer\n${scenario.life.log.last(40)}`);
    if (answer.status === 200) filled.ackedIds.push(...(answer.body as { ids: string[] }).ids);
    else {
      filled.refusals.push(answer);
      filled.refusedKeys.push(key);
    }
  }
  return filled;
}

async function checkFilled(scenario: Scenario, filled: Filled): Promise<void> {
  const statuses = filled.refusals.map(({ status }) => status);
  expect(statuses).toEqual(Array(5).fill(503));
  expect(filled.refusals[0]?.body).toMatchObject({
    ids: [],
    code: "store_unavailable",
    error: expect.stringMatching(/did not take a commit: .*(disk|full)/i),
  });
  expect(filled.ackedIds.length).toBeGreaterThan(0);
  const stored = await scenario.client.eventsNamed("nobody/listens");
  const ids = new Set(stored.map((event) => event.internal_id));
  expect(filled.ackedIds.filter((id) => !ids.has(id))).toEqual([]);
  const keys = new Set(stored.map(({ data }) => data["key"]));
  expect(filled.refusedKeys.filter((key) => keys.has(key))).toEqual([]);
}

describe("a disk that takes no more", () => {
  let world: CrashWorld;
  beforeAll(async () => {
    world = await CrashWorld.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it("refuses with 503 and says why, does nothing by half, and works again by itself", async () => {
    const summary = await withScenario(world, 1, async (scenario) => {
      await scenario.open({ fileSizeMaxKib: FILE_SIZE_MAX_KIB });
      // These are under way when the disk is full: their results are kept until it has room.
      scenario.load.startEach(scenario.load.missing());
      const filled = await fillUp(scenario);
      execFileSync("prlimit", ["--pid", String(scenario.life.pid), "--fsize=unlimited"]);
      await checkFilled(scenario, filled);
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.acked).toBeGreaterThan(15);
  });

  it("does the same on a real full disk, where one can be mounted", async ({ skip }) => {
    const disk = SmallDisk.mount(SMALL_DISK_KIB) ?? skip("no tmpfs may be mounted here");
    try {
      const summary = await withScenario(world, 4, async (scenario) => {
        await scenario.open({ dataDir: disk.path });
        scenario.load.startEach(scenario.load.missing());
        const filled = await fillUp(scenario);
        expect(filled.refusals[0]?.body).toMatchObject({ error: expect.stringMatching(/full/) });
        disk.resize(SMALL_DISK_KIB * 20);
        await checkFilled(scenario, filled);
        return await scenario.conclude();
      });
      expect(summary.complaints).toEqual([]);
    } finally {
      disk.unmount();
    }
  });

  it("keeps what it acknowledged when it is killed while the disk is full", async () => {
    const summary = await withScenario(world, 2, async (scenario) => {
      await scenario.open({ fileSizeMaxKib: FILE_SIZE_MAX_KIB });
      scenario.load.startEach(scenario.load.missing());
      const filled = await fillUp(scenario);
      await scenario.kill();
      await scenario.open();
      await checkFilled(scenario, filled);
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
    expect(summary.acked).toBeGreaterThan(15);
  });

  it("refuses a second process on the same file with its owner's name and exit code 1", async () => {
    const summary = await withScenario(world, 3, async (scenario) => {
      await scenario.open();
      scenario.load.startEach(scenario.load.missing());
      const second = world.spawn(scenario.dataDir, { port: await freePort() });
      expect(await second.ended(20_000)).toEqual({ code: 1, signal: null });
      expect(second.log.text).toContain(`is in use by process ${scenario.life.pid}`);
      return await scenario.conclude();
    });
    expect(summary.complaints).toEqual([]);
  });
});
