// Errors and retries: attempts are counted per step, what worked is never run again, and the error that ends a run is the
// one that user code threw.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Mode } from "./harness/world.ts";
import { ALL_MODES, V3_CHECKPOINTS, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "errors", modes: ALL_MODES });
});
afterAll(async () => {
  await world.stop();
});

function attempts(mode: Mode, topic: string, id: string): number[] {
  const notes = world.app(mode).noted(topic) as { id: string; attempt: number }[];
  return notes.filter((note) => note.id === id).map((note) => note.attempt);
}

describe.concurrent.each(ALL_MODES)("step errors, $name", (mode) => {
  it("retries a step until it works, counting attempts for this step alone", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/flaky`, { id });
    expect(run).toMatchObject({
      status: "Completed",
      output: ["before", "worked at 2", "after"],
    });
    expect(attempts(mode, "flaky.before", id)).toStrictEqual([0]);
    expect(attempts(mode, "flaky.flaky", id)).toStrictEqual([0, 1, 2]);
    // Version 3 with checkpoints goes on within the call that retried; the others make a new one.
    const isSameCall = mode === V3_CHECKPOINTS;
    expect(attempts(mode, "flaky.after", id)).toStrictEqual([isSameCall ? 2 : 0]);
    const notes = world.app(mode).noted("flaky.flaky") as { id: string; maxAttempts: number }[];
    const own = notes.filter((note) => note.id === id);
    expect(own.map((note) => note.maxAttempts)).toStrictEqual([5, 5, 5]);
    const spans = await world.engine.spans(run.run_id);
    const flaky = spans.find((span) => span.name === "flaky" && span.stepOp === "RUN");
    expect(flaky).toMatchObject({ status: "COMPLETED", attempts: 3 });
  });

  it("throws a step's error into user code after the last attempt", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/caught`, { id });
    expect(run).toMatchObject({
      status: "Completed",
      output: { name: "TypeError", message: "never works", plan: "plan b" },
    });
    expect(attempts(mode, "caught.doomed", id)).toStrictEqual([0, 1]);
  });

  it("fails the run with the step's error when nobody catches it", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/uncaught`, { id });
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toContain("nobody catches me");
    expect(JSON.stringify(run.output)).toContain("TypeError");
    expect(attempts(mode, "uncaught.doomed", id)).toStrictEqual([0, 1]);
    const spans = await world.engine.spans(run.run_id);
    const doomed = spans.find((span) => span.name === "doomed" && span.stepOp === "RUN");
    expect(doomed).toMatchObject({ status: "FAILED", attempts: 2 });
    const output = await world.engine.spanOutput(doomed?.outputID ?? "");
    expect(output.error).toMatchObject({ name: "TypeError", message: "nobody catches me" });
  });

  it("does not retry a NonRetriableError in a step", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/final-step`, { id });
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toContain("give up at once");
    expect(attempts(mode, "final-step.attempt", id)).toStrictEqual([0]);
  });

  it("lets the siblings of a failing parallel step finish", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/parallel-failure`, { id });
    expect(run).toMatchObject({ status: "Completed", output: ["good", "bad branch", "nap"] });
    expect(attempts(mode, "parallel-failure.bad", id)).toStrictEqual([0, 1]);
  });
});

describe.concurrent.each(ALL_MODES)("function errors, $name", (mode) => {
  it("does not retry a NonRetriableError of the function", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/final-function`, { id });
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toContain("the function gives up");
    expect(attempts(mode, "final-function.attempt", id)).toStrictEqual([0]);
  });

  it("retries the function and keeps the steps that worked", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/flaky-function`, { id });
    expect(run).toMatchObject({ status: "Completed", output: { once: "once", attempt: 2 } });
    const once = world.app(mode).noted("flaky-function.once");
    expect(once.filter((value) => value === id)).toHaveLength(1);
    expect(attempts(mode, "flaky-function.attempt", id)).toStrictEqual([0, 1, 2]);
  });

  it("fails the run when the function's attempts are used up", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/always-failing`, { id });
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toContain("out of luck");
    expect(JSON.stringify(run.output)).toContain("RangeError");
    expect(attempts(mode, "always-failing.attempt", id)).toStrictEqual([0, 1, 2]);
  });

  it("fails the run with the text that was thrown instead of an error", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/throws-text`, { id: freshId() });
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toContain("just words");
  });
});
