// Steps that arrive by checkpoint inside one call: the run's real output, the trace, and the fence against an old call.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AppProcess } from "./harness/app-process.ts";
import type { Mode } from "./harness/world.ts";
import { ALL_MODES, EV3, EV4, V3_CHECKPOINTS, V4, World, freshId } from "./harness/world.ts";

// Calls are counted: one that lasts ten seconds, as it may among forty on half a core, is ended by the SDK with another to follow.
vi.setConfig({ maxConcurrency: 8 });

const hash = (id: string): string => createHash("sha1").update(id).digest("hex");
const LONG_AGO_MS = 20_000;

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "steps", modes: ALL_MODES });
});
afterAll(async () => {
  await world.stop();
});

describe.concurrent.each(ALL_MODES)("what reads show, $name", (mode) => {
  it("is the real output, in REST and in GraphQL", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id });
    const expected = {
      first: { count: 1, words: ["a", "b"] },
      second: 2,
      third: null,
      echo: { id },
    };
    expect(run.output).toStrictEqual(expected);
    const data = (await world.engine.graphql(
      `query ($runID: String!) {
         run(runID: $runID) { id status output startedAt endedAt function { slug } }
       }`,
      { runID: run.run_id },
    )) as { run: { id: string; status: string; output: string; function: { slug: string } } };
    expect(data.run).toMatchObject({
      id: run.run_id,
      status: "COMPLETED",
      function: { slug: `${mode.name}-sequence` },
    });
    expect(JSON.parse(data.run.output)).toStrictEqual(expected);
  });

  it("has every step in the trace, with its output", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id: freshId() });
    const spans = await world.engine.spans(run.run_id);
    const steps = spans.filter((span) => span.stepOp === "RUN");
    expect(steps.map((span) => span.name)).toStrictEqual(["first", "second", "third"]);
    expect(steps.map((span) => span.status)).toStrictEqual(["COMPLETED", "COMPLETED", "COMPLETED"]);
    const second = await world.engine.spanOutput(steps[1]?.outputID ?? "");
    expect(second.error).toBeNull();
    expect(JSON.stringify(second.data)).toContain("2");
  });

  it("has each of 50 repeated steps in the trace", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/loop`, { id: freshId() });
    const spans = await world.engine.spans(run.run_id);
    expect(spans.filter((span) => span.stepOp === "RUN")).toHaveLength(50);
  });
});

describe.concurrent.each([V3_CHECKPOINTS, V4, EV3, EV4])("checkpoints, $name", (mode) => {
  it("come in one call for all steps, which answers 206 with RunComplete", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id: freshId() });
    const calls = await world.app(mode).callsOf(run.run_id);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.answer.status).toBe(206);
    expect(calls[0]?.answer.body).toContain("RunComplete");
  });

  it("show a step's result while the call is still out", async () => {
    const { app, id, runId } = await hold(mode);
    await world.engine.waitSpans(
      runId,
      (span) => span.name === "before" && span.status === "COMPLETED",
    );
    app.openGate(`gated.${id}`);
    expect(await world.engine.waitEnd(runId)).toMatchObject({
      output: ["before", "held", "after"],
    });
  });
});

describe.concurrent("a checkpoint made by hand", () => {
  it("of the call that is out is stored; of one that never was is refused with 409", async () => {
    const { app, id, runId, ctx, generation } = await hold(V4);
    const send = (generationId: number, name: string): Promise<Response> =>
      checkpoint(runId, {
        ctx,
        generation: generationId,
        op: { op: "StepRun", id: hash(name), name, displayName: name, data: name },
      });
    expect((await send(generation + 7, "newer")).status).toBe(409);
    const stored = await send(generation, "forged");
    expect(stored.status).toBe(200);
    const names = (await world.engine.spans(runId)).map((span) => span.name);
    expect(names).toContain("forged");
    expect(names).not.toContain("newer");
    app.openGate(`gated.${id}`);
    expect(await world.engine.waitEnd(runId)).toMatchObject({ status: "Completed" });
  });

  it("of a call that was followed by another is refused with 409", async () => {
    const id = freshId();
    const app = world.app(V4);
    const runId = await world.engine.start(`${V4.name}/gated-again`, { id });
    await app.waitNote("gated-again.held", (value) => value === id);
    const first = app.arrivals.find((arrival) => arrival.ctx["run_id"] === runId);
    const stale = await checkpoint(runId, {
      ctx: first?.ctx ?? {},
      generation: Number(first?.headers["x-inngest-generation-id"]),
      op: { op: "StepRun", id: hash("stale"), name: "stale", data: "stale" },
    });
    expect(stale.status).toBe(409);
    expect(await stale.json()).toMatchObject({ status: 409, error: expect.any(String) as string });
    app.openGate(`gated-again.${id}`);
    expect(await world.engine.waitEnd(runId)).toMatchObject({ output: "held" });
    const names = (await world.engine.spans(runId)).map((span) => span.name);
    expect(names).toContain("held");
    expect(names).not.toContain("stale");
  });

  it("may only hold finished steps", async () => {
    const { app, id, runId, ctx, generation } = await hold(V4);
    const refused = await Promise.all(
      ["Sleep", "StepError", "StepFailed", "RunComplete"].map((op) =>
        checkpoint(runId, {
          ctx,
          generation,
          op: { op, id: hash(op), name: "1s", data: null, error: { name: "E", message: "m" } },
        }),
      ),
    );
    expect(refused.map((response) => response.status)).toStrictEqual([400, 400, 400, 400]);
    app.openGate(`gated.${id}`);
    expect(await world.engine.waitEnd(runId)).toMatchObject({
      output: ["before", "held", "after"],
    });
  });

  it("is refused for a run that does not exist or has ended", async () => {
    const run = await world.engine.runToEnd(`${V4.name}/sequence`, { id: freshId() });
    const [call] = await world.app(V4).callsOf(run.run_id);
    const op = { op: "StepRun", id: hash("late"), name: "late", data: 1 };
    const ctx = call?.ctx ?? {};
    const ended = await checkpoint(run.run_id, { ctx, generation: 1, op });
    const unknown = await checkpoint("01J00000000000000000000000", { ctx, generation: 1, op });
    for (const response of [ended, unknown]) {
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    }
  });
});

interface HeldRun {
  readonly app: AppProcess;
  readonly id: string;
  readonly runId: string;
  readonly ctx: Readonly<Record<string, unknown>>;
  readonly generation: number;
}

/** A run that stands inside its second step, until the gate `gated.<id>` opens. */
async function hold(mode: Mode): Promise<HeldRun> {
  const id = freshId();
  const app = world.app(mode);
  const runId = await world.engine.start(`${mode.name}/gated`, { id });
  await app.waitNote("gated.held", (value) => value === id);
  const arrival = await app.waitArrival(runId);
  const generation = Number(arrival.headers["x-inngest-generation-id"]);
  return { app, id, runId, ctx: arrival.ctx, generation };
}

function checkpoint(
  runId: string,
  what: {
    readonly ctx: Readonly<Record<string, unknown>>;
    readonly generation: number;
    readonly op: object;
  },
): Promise<Response> {
  return world.engine.post(`/v1/checkpoint/${runId}/async`, {
    run_id: runId,
    fn_id: what.ctx["fn_id"],
    qi_id: what.ctx["qi_id"],
    generation_id: what.generation,
    request_started_at: Date.now() - LONG_AGO_MS,
    steps: [what.op],
    ts: Date.now(),
  });
}
