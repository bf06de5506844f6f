// What operators do to functions while they run, over HTTP, GraphQL and the command line: pause, resume, limits; and what the
// engine answers when asked why.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FlowWatch } from "./harness/flow-watch.ts";
import { V3, V4, World, freshId } from "./harness/world.ts";

const MODES = [V3, V4];
const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/everstep.js", import.meta.url));

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "flow", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

/** Runs the command line against the engine under test. */
async function everstep(...words: readonly string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, [COMMAND, ...words, "--url", world.engine.baseUrl], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [out, [code]] = await Promise.all([
    text(child.stdout),
    once(child, "close") as Promise<[number]>,
  ]);
  return { code, out };
}

describe.each(MODES)("pause, $name", (mode) => {
  it("[F35] records what comes as skipped, keeps what is there, and goes on when resumed", async () => {
    const flow = new FlowWatch(world.app(mode), world.engine);
    const [held, during, after] = [freshId(), freshId(), freshId()] as const;
    const before = await world.engine.start(`${mode.name}/pausable`, { id: held, held: true });
    await flow.waitBegun("pausable", [held]);
    expect(await flow.control("pausable", "pause")).toMatchObject({ isPaused: true });
    const skipped = await world.engine.runToEnd(`${mode.name}/pausable`, { id: during });
    expect(skipped.status).toBe("Skipped");
    expect(await flow.why(skipped.run_id)).toMatchObject({ skip: { reason: "PAUSED" } });
    expect(await flow.fate(skipped.event_id, "pausable")).toMatchObject({
      type: "SKIPPED",
      runId: skipped.run_id,
    });
    // The call that was out ends; version 3 has another one to make, which waits.
    flow.app.openGate(held);
    if (mode === V3) {
      const { sentence } = await flow.waitWhy(before, "paused");
      expect(sentence).toContain("paused");
    } else {
      await world.engine.waitEnd(before);
    }
    const slug = `${mode.name}-pausable`;
    const { function: shown } = (await world.engine.graphql(
      `query { function: functionBySlug(query: { functionSlug: "${slug}" }) { isPaused pausedAt } }`,
    )) as { function: { isPaused: boolean; pausedAt: string | null } };
    expect(shown.isPaused).toBe(true);
    expect(Date.parse(shown.pausedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
    expect(await flow.control("pausable", "resume")).toMatchObject({ isPaused: false });
    expect(await world.engine.waitEnd(before)).toMatchObject({ status: "Completed" });
    const next = await world.engine.runToEnd(`${mode.name}/pausable`, { id: after });
    expect(next.status).toBe("Completed");
    expect(flow.begun("pausable", [during])).toEqual([]);
  });
});

describe.each(MODES)("limits, $name", (mode) => {
  it("[F86] a raised limit lets what waits go at once, and the code's comes back", async () => {
    const flow = new FlowWatch(world.app(mode), world.engine);
    const ids = [freshId(), freshId(), freshId()];
    const sent = await world.engine.send(
      ...ids.map((id) => flow.event("adjustable", { id, held: true })),
    );
    const runs = await Promise.all(sent.map((eventId) => world.engine.waitRuns(eventId, 1)));
    await flow.waitBegun("adjustable", ids, 1);
    await flow.waitWhy(runs[2]?.[0]?.run_id ?? "", "queued");
    expect(await flow.setLimits("adjustable", { concurrency: 3 })).toMatchObject({
      limits: { concurrency: [{ limit: 3, scope: "FN", level: "STEP" }] },
      code: { concurrency: [{ limit: 1 }] },
      overridden: ["concurrency"],
    });
    await flow.waitBegun("adjustable", ids);
    expect(flow.overlap("adjustable", ids)).toBe(3);
    expect(await flow.setLimits("adjustable", { concurrency: "code" })).toMatchObject({
      limits: { concurrency: [{ limit: 1 }] },
      overridden: [],
    });
    const late = await world.engine.start(`${mode.name}/adjustable`, { id: freshId() });
    const { queue } = await flow.waitWhy(late, "queued");
    // Calls that are out under the higher limit keep their places.
    expect(queue).toMatchObject([{ limit: 1, held: 3 }]);
    for (const id of ids) flow.app.openGate(id);
    expect(await world.engine.waitEnd(late)).toMatchObject({ status: "Completed" });
    const audit = await flow.data(`/v2/functions/${mode.name}-adjustable/audit`);
    expect(audit).toMatchObject([
      { actor: "api", before: { overrides: { concurrency: [{ limit: 3 }] } } },
      { actor: "api", after: { overrides: { concurrency: [{ limit: 3 }] } } },
    ]);
  });

  it("[F37] refuses a limit that a sync would refuse, and changes nothing", async () => {
    const path = `/v2/functions/${mode.name}-batched/limits`;
    const response = await world.engine.request(path, {
      method: "PATCH",
      body: JSON.stringify({ debounce: { period: "1s" } }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [
        {
          field: "debounce",
          message: expect.stringContaining("the function batches events") as string,
        },
      ],
    });
    expect(await world.engine.json(path)).toMatchObject({ data: { overridden: [] } });
  });
});

describe.each(MODES)("why, $name", (mode) => {
  it("[F80] an event that a trigger's `if` kept out: the expression and what it read", async () => {
    const flow = new FlowWatch(world.app(mode), world.engine);
    const [eventId = ""] = await world.engine.send(
      flow.event("filtered", { id: freshId(), total: 3 }),
    );
    const fate = await flow.fate(eventId, "filtered");
    expect(fate).toMatchObject({
      type: "FILTERED",
      expressions: [
        {
          expression: "event.data.total > 10",
          values: [{ path: "event.data.total", value: "3" }],
        },
      ],
    });
    expect(fate.sentence).toContain("event.data.total is 3");
  });

  it("[F84] an event whose name nobody listens to: names that are near", async () => {
    const [eventId = ""] = await world.engine.send({ name: `${mode.name}/filtred` });
    const why = (await world.engine.json(`/v2/events/${eventId}/explain`)) as {
      data: { didYouMean: readonly string[]; sentence: string };
    };
    expect(why.data.didYouMean[0]).toBe(`${mode.name}/filtered`);
    expect(why.data.sentence).toContain("No function listens");
  });
});

describe("the command line against a live engine", () => {
  it("says why a run waits, changes the limit, and pauses", async () => {
    const flow = new FlowWatch(world.app(V4), world.engine);
    const [first, second] = [freshId(), freshId()] as const;
    const holder = await world.engine.start(`${V4.name}/adjustable`, { id: first, held: true });
    await flow.waitBegun("adjustable", [first]);
    const waiting = await world.engine.start(`${V4.name}/adjustable`, { id: second });
    await flow.waitWhy(waiting, "queued");
    const why = await everstep("why", waiting);
    expect(why.code).toBe(0);
    expect(why.out).toMatch(
      new RegExp(`Waiting for concurrency \\(1 of 1; oldest holder run ${holder}.*position 1`),
    );
    const run = await world.engine.run(waiting);
    expect((await everstep("why", run.event_id)).out).toContain(`Started run ${waiting}`);
    const limits = await everstep("limits", "v4-adjustable", "--set", "concurrency=2");
    expect(limits.out).toMatch(/concurrency +2 +set here +1/);
    expect(await world.engine.waitEnd(waiting)).toMatchObject({ status: "Completed" });
    flow.app.openGate(first);
    expect((await everstep("pause", "v4-free")).out).toContain("v4-free is paused since");
    expect((await everstep("resume", "v4-free")).out).toBe("v4-free is active.\n");
    const audit = await everstep("limits", "v4-free", "--audit");
    expect(audit.out).toMatch(/cli +resumed\n.*cli +paused/);
    await everstep("limits", "v4-adjustable", "--set", "concurrency=code");
  });
});
