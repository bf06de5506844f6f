// Apps that answer at once with 201 and stream the real answer: the same outcomes as without streaming.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MODES, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

let steps: World;
let errors: World;
beforeAll(async () => {
  [steps, errors] = await Promise.all([
    World.start({ functions: "steps", modes: MODES, streaming: true }),
    World.start({ functions: "errors", modes: MODES, streaming: true }),
  ]);
});
afterAll(async () => {
  await Promise.all([steps.stop(), errors.stop()]);
});

describe.concurrent.each(MODES)("streamed answers, $name", (mode) => {
  it("run steps and results", async () => {
    const id = freshId();
    const run = await steps.engine.runToEnd(`${mode.name}/sequence`, { id });
    expect(run).toMatchObject({ status: "Completed", output: { second: 2, echo: { id } } });
    const calls = await steps.app(mode).callsOf(run.run_id);
    const statuses = calls.map((call) => call.answer.status);
    expect(new Set(statuses)).toStrictEqual(new Set([201]));
  });

  it("run parallel steps", async () => {
    const run = await steps.engine.runToEnd(`${mode.name}/chains`);
    expect(run).toMatchObject({ status: "Completed" });
  });

  it("wait out an app that takes longer than a heartbeat", async () => {
    const id = freshId();
    const app = steps.app(mode);
    const runId = await steps.engine.start(`${mode.name}/gated`, { id });
    await app.waitNote("gated.held", (value) => value === id);
    // The first heartbeat byte, 3 s after the call came.
    await app.waitNote("wrote", (value) => value === runId);
    app.openGate(`gated.${id}`);
    expect(await steps.engine.waitEnd(runId)).toMatchObject({
      output: ["before", "held", "after"],
    });
  });

  it("carry step errors and retries", async () => {
    const run = await errors.engine.runToEnd(`${mode.name}/flaky`, { id: freshId() });
    expect(run).toMatchObject({ status: "Completed", output: ["before", "worked at 2", "after"] });
  });

  it("carry function errors, retriable and not", async () => {
    const id = freshId();
    const [again, final] = await Promise.all([
      errors.engine.runToEnd(`${mode.name}/flaky-function`, { id: freshId() }),
      errors.engine.runToEnd(`${mode.name}/final-function`, { id }),
    ]);
    expect(again).toMatchObject({ status: "Completed", output: { attempt: 2 } });
    expect(final.status).toBe("Failed");
    const attempts = errors
      .app(mode)
      .noted("final-function.attempt")
      .filter((value) => (value as { id: string }).id === id);
    expect(attempts).toHaveLength(1);
  });
});
