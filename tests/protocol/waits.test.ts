// Waiting for events and signals: what matches resumes, what does not match leaves the run alone, a timeout gives null.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MODES, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "waits", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

describe.concurrent.each(MODES)("waitForEvent, $name", (mode) => {
  it("resumes on the event that matches by `match`, with the whole event", async () => {
    const id = freshId();
    const runId = await world.engine.start(`${mode.name}/wait-match`, { id });
    await world.engine.waitWaiting(runId);
    await world.engine.send({ name: `${mode.name}/reply`, data: { id: "someone else" } });
    const ts = Date.now() - 5;
    await world.engine.send({
      name: `${mode.name}/reply`,
      data: { id, answer: 42 },
      id: `reply-${id}`,
      ts,
    });
    const run = await world.engine.waitEnd(runId);
    expect(run).toMatchObject({
      status: "Completed",
      output: {
        got: { name: `${mode.name}/reply`, data: { id, answer: 42 }, id: `reply-${id}`, ts },
      },
    });
  });

  it("resumes on the first event for which `if` is true", async () => {
    const id = freshId();
    const runId = await world.engine.start(`${mode.name}/wait-if`, { id, atLeast: 10 });
    await world.engine.waitWaiting(runId);
    await world.engine.send(
      { name: `${mode.name}/reply`, data: { id, amount: 9 } },
      { name: `${mode.name}/reply`, data: { id: "someone else", amount: 99 } },
      { name: `${mode.name}/reply`, data: { id, amount: 11 } },
      { name: `${mode.name}/reply`, data: { id, amount: 12 } },
    );
    const run = await world.engine.waitEnd(runId);
    expect(run).toMatchObject({ status: "Completed", output: { got: { data: { amount: 11 } } } });
  });

  it("gives null after the timeout, not before", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/wait-timeout`, { id: freshId() });
    const output = run.output as { got: unknown; tookMs: number };
    expect(output.got).toBeNull();
    expect(output.tookMs).toBeGreaterThanOrEqual(1_000);
  });

  it("resumes every waiter that one event matches, and only those", async () => {
    const room = freshId();
    const start = (id: string, inRoom: string): Promise<string> =>
      world.engine.start(`${mode.name}/wait-many`, { id, room: inRoom });
    const inside = await Promise.all(
      Array.from({ length: 25 }, (_, index) => start(`${room}-${index}`, room)),
    );
    const outside = await start("outside", "another room");
    await Promise.all([...inside, outside].map((runId) => world.engine.waitWaiting(runId)));
    await world.engine.send({ name: `${mode.name}/go`, data: { room, word: "go" } });
    const runs = await Promise.all(inside.map((runId) => world.engine.waitEnd(runId)));
    expect(runs.map((run) => (run.output as { word: string }).word)).toStrictEqual(
      Array.from({ length: 25 }, () => "go"),
    );
    expect(await world.engine.run(outside)).toMatchObject({ status: "Running" });
  });

  it("never misses the event that a parallel sendEvent sends", async () => {
    const ids = Array.from({ length: 10 }, () => freshId());
    const runs = await Promise.all(
      ids.map((id) => world.engine.runToEnd(`${mode.name}/wait-and-send`, { id })),
    );
    expect(runs.map((run) => run.output)).toStrictEqual(ids);
  });

  it("takes three events in turn, each wait its own", async () => {
    const id = freshId();
    const runId = await world.engine.start(`${mode.name}/wait-in-turn`, { id });
    for (const turn of [1, 2, 3]) {
      await world.engine.waitWaiting(runId, turn);
      await world.engine.send({ name: `${mode.name}/turn`, data: { id, turn } });
    }
    expect(await world.engine.waitEnd(runId)).toMatchObject({ output: [1, 2, 3] });
  });

  it("fails the run at once when the expression does not compile", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/wait-bad-expression`, { id: freshId() });
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toMatch(/expression/i);
  });
});

describe.concurrent.each(MODES)("signals, $name", (mode) => {
  it("resumes the waiter with the signal's data", async () => {
    const signal = freshId();
    const runId = await world.engine.start(`${mode.name}/signal`, { signal });
    await world.engine.waitSignalWaiting(runId);
    const response = await world.engine.post("/v1/signals", { signal, data: { yes: true } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { run_id: runId } });
    const run = await world.engine.waitEnd(runId);
    expect(run.output).toStrictEqual({ signal, data: { yes: true } });
  });

  it("answers 404 when nobody waits for the signal", async () => {
    const response = await world.engine.post("/v1/signals", { signal: freshId(), data: null });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404 });
  });

  it("gives null after the timeout", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/signal`, {
      signal: freshId(),
      brief: true,
    });
    expect(run).toMatchObject({ status: "Completed" });
    expect(run.output ?? null).toBeNull();
  });

  it("carries a signal that another run sends", async () => {
    const signal = freshId();
    const id = freshId();
    const runId = await world.engine.start(`${mode.name}/signal`, { signal });
    await world.engine.waitSignalWaiting(runId);
    const sender = await world.engine.runToEnd(`${mode.name}/send-signal`, { signal, id });
    expect(sender.status).toBe("Completed");
    const run = await world.engine.waitEnd(runId);
    expect(run.output).toStrictEqual({ signal, data: { from: id } });
  });

  it("fails the second waiter of a signal by default", async () => {
    const signal = freshId();
    const first = await world.engine.start(`${mode.name}/signal`, { signal });
    await world.engine.waitSignalWaiting(first);
    const second = await world.engine.runToEnd(`${mode.name}/signal`, { signal });
    expect(second.status).toBe("Failed");
    expect(second.output).toMatchObject({ message: expect.stringContaining(signal) as string });
    await world.engine.post("/v1/signals", { signal, data: 1 });
    expect(await world.engine.waitEnd(first)).toMatchObject({ output: { signal, data: 1 } });
  });

  it("hands the signal over to a waiter that says replace", async () => {
    const signal = freshId();
    const first = await world.engine.start(`${mode.name}/signal`, { signal });
    await world.engine.waitSignalWaiting(first);
    const second = await world.engine.start(`${mode.name}/signal`, {
      signal,
      onConflict: "replace",
    });
    await world.engine.waitSignalWaiting(second);
    const response = await world.engine.post("/v1/signals", { signal, data: "new" });
    expect(await response.json()).toMatchObject({ data: { run_id: second } });
    expect(await world.engine.waitEnd(second)).toMatchObject({ output: { signal, data: "new" } });
    // The first one's wait is left to its timeout (an hour).
    expect(await world.engine.run(first)).toMatchObject({ status: "Running" });
  });
});
