// Steps one after another, many at once and racing, on the official SDKs and on ours; also the call requests that they cause.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { canonicalText } from "./harness/canonical-text.ts";
import type { Mode } from "./harness/world.ts";
import { ALL_MODES, EV3_CALLS, EV4, V3, V4, World, freshId } from "./harness/world.ts";

// Calls are counted: one that lasts ten seconds, as it may among forty on half a core, is ended by the SDK with another to follow.
vi.setConfig({ maxConcurrency: 8 });

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "steps", modes: ALL_MODES });
});
afterAll(async () => {
  await world.stop();
});

describe.concurrent.each(ALL_MODES)("steps in sequence, $name", (mode) => {
  it("runs each step once and returns its outputs", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id });
    expect(run).toMatchObject({
      status: "Completed",
      output: { first: { count: 1, words: ["a", "b"] }, second: 2, third: null, echo: { id } },
    });
    for (const topic of ["first", "second", "third"]) {
      const notes = world.app(mode).noted(`sequence.${topic}`);
      expect(notes.filter((value) => value === id)).toHaveLength(1);
    }
    // A call a step and one for the result; with checkpoints one call does it all.
    const calls = await world.app(mode).callsOf(run.run_id);
    expect(calls).toHaveLength(checkpoints(mode) ? 1 : 4);
  });

  it("runs a function without steps", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/no-steps`, { id, deep: { list: [1] } });
    expect(run.output).toStrictEqual({
      data: { id, deep: { list: [1] } },
      runId: run.run_id,
      attempt: 0,
    });
  });

  it("stores nothing returned as null, and text as text", async () => {
    const [nothing, text] = await Promise.all([
      world.engine.runToEnd(`${mode.name}/no-result`),
      world.engine.runToEnd(`${mode.name}/text-result`),
    ]);
    expect(nothing).toMatchObject({ status: "Completed" });
    expect(nothing.output ?? null).toBeNull();
    expect(text.output).toBe("plain text ✓");
  });

  it("runs nested loops of 50 steps that share one id", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/loop`, { id });
    expect(run).toMatchObject({ status: "Completed", output: (49 * 50) / 2 });
    const notes = world.app(mode).noted("loop.add");
    expect(notes.filter((value) => value === id)).toHaveLength(50);
  });
});

describe.concurrent.each(ALL_MODES)("parallel steps, $name", (mode) => {
  it("runs parallel steps at the same moment, and what follows once", async () => {
    const id = freshId();
    const app = world.app(mode);
    const runId = await world.engine.start(`${mode.name}/overlap`, { id });
    // All five must be inside their step before the first one may end.
    await app.waitNotes("overlap.started", (value) => (value as { id: string }).id === id, 5);
    app.openGate(`overlap.${id}`);
    const run = await world.engine.waitEnd(runId);
    expect(run).toMatchObject({
      status: "Completed",
      output: { joined: ["A", "B", "C", "D", "E"], last: "ABCDE" },
    });
  });

  it("joins a step, a sleep and a wait", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/mixed`, { id });
    expect(run).toMatchObject({ status: "Completed", output: ["ran", "slept", null] });
    expect(
      world
        .app(mode)
        .noted("mixed.after")
        .filter((value) => value === id),
    ).toHaveLength(1);
  });

  it("runs chains of steps side by side", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/chains`);
    expect(run.output).toStrictEqual([
      ["x1", "x12", "x123"],
      ["y1", "y12", "y123"],
      ["z1", "z12", "z123"],
    ]);
  });

  it("runs 30 parallel steps, each once", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/fan`, { id });
    expect(run).toMatchObject({ status: "Completed", output: (29 * 30 * 59) / 6 });
    expect(
      world
        .app(mode)
        .noted("fan.square")
        .filter((value) => value === id),
    ).toHaveLength(30);
  });

  it("goes on with the first branch of a race while the other still waits", async () => {
    const id = freshId();
    const runId = await world.engine.start(`${mode.name}/race`, { id });
    await world.app(mode).waitNote("race.after-that", (value) => value === id);
    if (mode.version === 4) {
      // Version 4 asks for the loser again instead of ending the run; version 3 ends it at once.
      await world.engine.send({ name: `${mode.name}/slow`, data: { id } });
    }
    expect(await world.engine.waitEnd(runId)).toMatchObject({
      status: "Completed",
      output: "fast",
    });
  });

  it("keeps the winner of a race when the loser's result comes late", async () => {
    const id = freshId();
    const app = world.app(mode);
    const runId = await world.engine.start(`${mode.name}/race-run`, { id });
    await app.waitNote("race-run.slow", (value) => value === id);
    if (mode.version === 3) {
      await world.engine.waitEnd(runId);
    }
    app.openGate(`race-run.${id}`);
    const ended = await world.engine.waitEnd(runId);
    expect(ended).toMatchObject({ status: "Completed", output: "fast" });
    // The same function once more: by then the late answer has been dealt with, without harm.
    await world.engine.runToEnd(`${mode.name}/sequence`, { id: freshId() });
    expect(await world.engine.run(runId)).toMatchObject({ status: "Completed", output: "fast" });
  });

  it("settles a plain Promise.race with the branch that ended first", async () => {
    const id = freshId();
    const runId = await world.engine.start(`${mode.name}/plain-race`, { id });
    await world.engine.waitSpans(
      runId,
      (span) => span.name === "fast" && span.status === "COMPLETED",
    );
    if (mode.version === 4) {
      // Version 4 waits for all branches before it goes on.
      await world.engine.send({ name: `${mode.name}/slow`, data: { id } });
    }
    expect(await world.engine.waitEnd(runId)).toMatchObject({
      status: "Completed",
      output: "fast won",
    });
  });
});

describe.concurrent.each([V3, V4, EV3_CALLS, EV4])("call requests, $name", (mode) => {
  it("carry the headers and the body of protocol.md 2.2 and 2.3", async () => {
    const id = freshId();
    const app = world.app(mode);
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id });
    const [call] = await app.callsOf(run.run_id);
    const url = new URL(call?.url ?? "", app.url);
    expect(url.searchParams.get("fnId")).toBe(`${mode.name}-sequence`);
    expect(url.searchParams.get("stepId")).toBe("step");
    const headers = call?.headers ?? {};
    expect(headers["content-type"]).toContain("application/json");
    expect(headers["x-run-id"]).toBe(run.run_id);
    expect(headers["x-inngest-step-id"]).toBe("step");
    expect(headers["x-inngest-req-version"]).toBe("-1");
    expect(headers["x-request-id"]).toMatch(/^[0-9A-Z]{26}$/);
    expect(Number(headers["x-inngest-generation-id"])).toBeGreaterThan(0);
    expect(headers["x-inngest-job-id"]).not.toBe("");
    expect(headers["x-inngest-signature"]).toBeUndefined();

    const body = JSON.parse(call?.body ?? "") as Record<string, unknown>;
    expect(body).toMatchObject({
      ctx: {
        run_id: run.run_id,
        fn_id: run.function_id,
        step_id: "step",
        attempt: 0,
        max_attempts: 5,
        stack: { stack: [], current: 0 },
        disable_immediate_execution: false,
        use_api: false,
      },
      event: { name: `${mode.name}/sequence`, data: { id }, user: {} },
      events: [{ name: `${mode.name}/sequence`, data: { id } }],
      steps: {},
      version: -1,
      use_api: false,
    });
    expect(call?.body).toBe(canonicalText(body));
  });

  it("carry a trace context, the same trace for all calls of a run", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/chains`);
    const calls = await world.app(mode).callsOf(run.run_id);
    const contexts = calls.map((call) => call.headers["traceparent"] ?? "none");
    expect(contexts.length).toBeGreaterThan(1);
    for (const context of contexts) {
      expect(context).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
    }
    expect(new Set(contexts.map((context) => context.split("-")[1])).size).toBe(1);
  });
});

describe.concurrent.each([V3, EV3_CALLS])("execution version, $name", (mode) => {
  it("is the one of the first 206 answer from then on", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id: freshId() });
    const calls = await world.app(mode).callsOf(run.run_id);
    const sent = calls.map((call) => (JSON.parse(call.body) as { version: number }).version);
    expect(sent).toStrictEqual([-1, 1, 1, 1]);
    // Our SDK keeps the run, so a call brings it only what is new (docs/reference/continuation.md).
    const stacks = calls.map((call) => {
      const { continuation } = JSON.parse(call.body) as { continuation?: { stack: string[] } };
      return (continuation ?? (call.ctx["stack"] as { stack: string[] })).stack.length;
    });
    expect(stacks).toStrictEqual(mode.isOurs === true ? [0, 1, 1, 1] : [0, 1, 2, 3]);
  });
});

function checkpoints(mode: Mode): boolean {
  return mode.checkpointing ?? (mode.version === 4 || mode.isOurs === true);
}
