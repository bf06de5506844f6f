// How runs end: failure handlers, the engine's own events about it, cancellation by event, by API, in bulk and by timeout.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Mode } from "./harness/world.ts";
import { EV3, EV4, MODES, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

interface LifecycleEvent {
  readonly name: string;
  readonly id: string;
  readonly ts: number;
  readonly data: Readonly<Record<string, unknown>> & { readonly run_id: string };
}

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "lifecycle", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

async function heard(mode: Mode, ending: string, runId: string): Promise<LifecycleEvent> {
  const note = await world
    .app(mode)
    .waitNote(`heard.${ending}`, (value) => (value as LifecycleEvent).data.run_id === runId);
  return note.value as LifecycleEvent;
}

describe.concurrent.each(MODES)("the end of a run, $name", (mode) => {
  it("calls onFailure with the original event and the error, in a run of its own", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/doomed`, { id });
    expect(run.status).toBe("Failed");
    const note = await world
      .app(mode)
      .waitNote("doomed.on-failure", (value) => (value as { id: string }).id === id);
    expect(note.value).toMatchObject({
      eventName: "inngest/function.failed",
      failedRunId: run.run_id,
      functionId: `${mode.name}-doomed`,
      error: { name: "RangeError", message: "doomed from the start" },
    });
    // Ours names the failed run unless FAILURE_RUN_ID says otherwise (R11).
    const isFailed = (note.value as { runId: string }).runId === run.run_id;
    expect(isFailed).toBe(mode === EV3 || mode === EV4);
  });

  it("publishes function.failed and function.finished for a failed run", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/doomed`, { id });
    const failed = await heard(mode, "failed", run.run_id);
    const finished = await heard(mode, "finished", run.run_id);
    expect(failed.id).toBe(run.run_id);
    for (const event of [failed, finished]) {
      expect(event.data).toMatchObject({
        function_id: `${mode.name}-doomed`,
        event: { name: `${mode.name}/doomed`, data: { id } },
        events: [{ name: `${mode.name}/doomed`, data: { id } }],
        error: { name: "RangeError", message: "doomed from the start" },
        _inngest: { status: "Failed" },
      });
    }
  });

  it("publishes function.finished with the result of a completed run", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/fine`, { id });
    const finished = await heard(mode, "finished", run.run_id);
    expect(finished.name).toBe("inngest/function.finished");
    expect(finished.data).toMatchObject({
      function_id: `${mode.name}-fine`,
      run_id: run.run_id,
      event: { data: { id } },
      result: { fine: id },
      _inngest: { status: "Completed" },
    });
    expect(finished.data["error"]).toBeUndefined();
    expect(world.app(mode).noted("heard.failed")).not.toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ run_id: run.run_id }) }),
    );
  });
});

describe.concurrent.each(MODES)("cancellation by event, $name", (mode) => {
  const begin = async (id: string): Promise<string> => {
    const runId = await world.engine.start(`${mode.name}/cancel-on`, { id });
    await world.engine.waitSpans(runId, (span) => span.stepOp === "SLEEP");
    return runId;
  };

  it("cancels the run whose `if` is true, and only that", async () => {
    const [id, otherId] = [freshId(), freshId()];
    const [runId, other] = await Promise.all([begin(id), begin(otherId)]);
    await world.engine.send(
      { name: `${mode.name}/stop-if`, data: { id: otherId, sure: false } },
      { name: `${mode.name}/stop-if`, data: { id, sure: true } },
    );
    const run = await world.engine.waitEnd(runId);
    expect(run.status).toBe("Cancelled");
    expect(await world.engine.run(other)).toMatchObject({ status: "Running" });
  });

  it("cancels by `match` and publishes function.cancelled", async () => {
    const id = freshId();
    const runId = await begin(id);
    await world.engine.send({ name: `${mode.name}/stop-match`, data: { id } });
    const run = await world.engine.waitEnd(runId);
    expect(run.status).toBe("Cancelled");
    const cancelled = await heard(mode, "cancelled", runId);
    expect(cancelled.id).toBe(runId);
    expect(cancelled.data).toMatchObject({
      function_id: `${mode.name}-cancel-on`,
      event: { data: { id } },
      _inngest: { status: "Cancelled" },
    });
    expect(await heard(mode, "finished", runId)).toMatchObject({
      data: { _inngest: { status: "Cancelled" } },
    });
  });
});

describe.concurrent.each(MODES)("cancellation by API, $name", (mode) => {
  it("cancels a sleeping run", async () => {
    const runId = await world.engine.start(`${mode.name}/cancel-api`, { id: freshId() });
    await world.engine.waitSpans(runId, (span) => span.stepOp === "SLEEP");
    const response = await world.engine.request(`/v1/runs/${runId}`, { method: "DELETE" });
    expect(response.ok).toBe(true);
    expect(await world.engine.waitEnd(runId)).toMatchObject({ status: "Cancelled" });
  });

  it("cancels a run while its app works, and discards the answer", async () => {
    const id = freshId();
    const app = world.app(mode);
    const runId = await world.engine.start(`${mode.name}/cancel-running`, { id });
    await app.waitNote("cancel-running.held", (value) => value === id);
    await world.engine.request(`/v1/runs/${runId}`, { method: "DELETE" });
    expect(await world.engine.waitEnd(runId)).toMatchObject({ status: "Cancelled" });
    app.openGate(`cancel-running.${id}`);
    // Another run to its end: the late answer has come in by then.
    await world.engine.runToEnd(`${mode.name}/fine`, { id: freshId() });
    expect(await world.engine.run(runId)).toMatchObject({ status: "Cancelled" });
    expect(app.noted("cancellable.never")).not.toContain(id);
  });

  it("cancels in bulk by function and expression", async () => {
    const [id, otherId] = [freshId(), freshId()];
    const start = async (data: { id: string }): Promise<string> => {
      const runId = await world.engine.start(`${mode.name}/cancel-bulk`, data);
      await world.engine.waitSpans(runId, (span) => span.stepOp === "SLEEP");
      return runId;
    };
    const [runId, other] = await Promise.all([start({ id }), start({ id: otherId })]);
    const response = await world.engine.post("/v1/cancellations", {
      app_id: mode.name,
      function_id: "cancel-bulk",
      started_before: new Date().toISOString(),
      if: `event.data.id == "${id}"`,
    });
    expect(response.ok).toBe(true);
    expect(await world.engine.waitEnd(runId)).toMatchObject({ status: "Cancelled" });
    expect(await world.engine.run(other)).toMatchObject({ status: "Running" });
  });
});

describe.concurrent.each(MODES)("timeouts of a function, $name", (mode) => {
  it("cancels a run that is not finished in time", async () => {
    const startedAtMs = Date.now();
    const run = await world.engine.runToEnd(`${mode.name}/finish-timeout`, { id: freshId() });
    expect(run.status).toBe("Cancelled");
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(1_000);
  });

  it("cancels a run that cannot start in time, and leaves the one before it alone", async () => {
    const gate = freshId();
    const app = world.app(mode);
    const first = await world.engine.start(`${mode.name}/start-timeout`, { id: gate, gate });
    await app.waitNote("start-timeout.held", (value) => value === gate);
    const second = await world.engine.runToEnd(`${mode.name}/start-timeout`, {
      id: freshId(),
      gate,
    });
    expect(second.status).toBe("Cancelled");
    app.openGate(`start-timeout.${gate}`);
    expect(await world.engine.waitEnd(first)).toMatchObject({ output: "held" });
  });
});
