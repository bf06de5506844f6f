// Which events start which functions, how often and in which order, and what the function is given.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunJson } from "./harness/engine-client.ts";
import type { Mode } from "./harness/world.ts";
import { MODES, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "events", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

/** Once a later event has run to its end, an earlier one has started all that it ever will. */
async function runsAfterAnother(mode: Mode, eventId: string): Promise<RunJson[]> {
  await world.engine.runToEnd(`${mode.name}/plain`);
  return await world.engine.runsOf(eventId);
}

describe.concurrent.each(MODES)("triggers, $name", (mode) => {
  it("starts one run for an event id that is sent twice", async () => {
    const id = freshId();
    const event = { name: `${mode.name}/plain`, data: { id }, id };
    const [first = ""] = await world.engine.send(event);
    const [second = ""] = await world.engine.send(event);
    const [run] = await world.engine.waitRuns(first, 1);
    await world.engine.waitEnd(run?.run_id ?? "");
    const later = await runsAfterAnother(mode, second);
    const all = new Set([run?.run_id, ...later.map((one) => one.run_id)]);
    expect(all.size).toBe(1);
  });

  it("starts a function by a wildcard after a dot and after a slash", async () => {
    const [dot, slash] = await Promise.all([
      world.engine.runToEnd(`${mode.name}/wild.created`),
      world.engine.runToEnd(`${mode.name}/deep/down.below`),
    ]);
    expect(dot.output).toBe(`${mode.name}/wild.created`);
    expect(slash.output).toBe(`${mode.name}/deep/down.below`);
  });

  it("does not start a function whose wildcard does not fit", async () => {
    const [eventId = ""] = await world.engine.send({ name: `${mode.name}/wilder`, data: {} });
    expect(await runsAfterAnother(mode, eventId)).toStrictEqual([]);
  });

  it("starts a filtered function only for events that pass", async () => {
    const [low = "", none = "", high = ""] = await world.engine.send(
      { name: `${mode.name}/filtered`, data: { amount: 100 } },
      { name: `${mode.name}/filtered`, data: {} },
      { name: `${mode.name}/filtered`, data: { amount: 101 } },
    );
    const [run] = await world.engine.waitRuns(high, 1);
    expect(await world.engine.waitEnd(run?.run_id ?? "")).toMatchObject({ output: 101 });
    expect(await runsAfterAnother(mode, low)).toStrictEqual([]);
    expect(await world.engine.runsOf(none)).toStrictEqual([]);
  });

  it("starts a function once although two of its triggers match", async () => {
    const [both = "", second = "", neither = ""] = await world.engine.send(
      { name: `${mode.name}/either.one`, data: { open: true } },
      { name: `${mode.name}/either.two`, data: { open: true } },
      { name: `${mode.name}/either.two`, data: { open: false } },
    );
    const [run] = await world.engine.waitRuns(both, 1);
    await world.engine.waitEnd(run?.run_id ?? "");
    expect(await runsAfterAnother(mode, both)).toHaveLength(1);
    expect(await world.engine.runsOf(second)).toHaveLength(1);
    expect(await world.engine.runsOf(neither)).toStrictEqual([]);
  });

  it("gives an event without data as {}, with its internal id and the time it came", async () => {
    const beforeMs = Date.now();
    const [eventId = ""] = await world.engine.send({ name: `${mode.name}/plain` });
    const [started] = await world.engine.waitRuns(eventId, 1);
    const run = await world.engine.waitEnd(started?.run_id ?? "");
    const { event, events } = run.output as { event: Record<string, unknown>; events: unknown[] };
    expect(event).toMatchObject({ name: `${mode.name}/plain`, data: {}, id: eventId });
    expect(event["data"]).toStrictEqual({});
    expect(event["ts"]).toBeGreaterThanOrEqual(beforeMs);
    expect(events).toStrictEqual([event]);
  });

  it("runs the events of one request in their order", async () => {
    const id = freshId();
    const names = Array.from({ length: 20 }, (_, n) => ({
      name: `${mode.name}/in-line`,
      data: { id, n },
    }));
    const eventIds = await world.engine.send(...names);
    const notes = await world
      .app(mode)
      .waitNotes("in-line", (value) => (value as { id: string }).id === id, 20);
    const order = notes.map((note) => (note.value as { n: number }).n);
    expect(order).toStrictEqual(Array.from({ length: 20 }, (_, n) => n));
    const runs = await Promise.all(eventIds.map((eventId) => world.engine.waitRuns(eventId, 1)));
    const runIds = runs.map(([run]) => run?.run_id ?? "");
    expect(runIds).toStrictEqual(runIds.toSorted());
  });

  it("returns the same ids for the same seed, and runs once", async () => {
    const seed = `${Date.now()},${Buffer.from(crypto.getRandomValues(new Uint8Array(10))).toString("base64")}`;
    const send = async (): Promise<string[]> => {
      const response = await world.engine.post(
        "/e/test",
        [{ name: `${mode.name}/plain`, data: {} }],
        { "x-inngest-event-id-seed": seed },
      );
      return ((await response.json()) as { ids: string[] }).ids;
    };
    const first = await send();
    const second = await send();
    expect(second).toStrictEqual(first);
    expect(await runsAfterAnother(mode, first[0] ?? "")).toHaveLength(1);
  });

  it("stores nothing of a request with one bad event", async () => {
    const id = freshId();
    const response = await world.engine.post("/e/test", [
      { name: `${mode.name}/in-line`, data: { id, n: 0 } },
      { name: "inngest/function.finished", data: {} },
    ]);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain("inngest/function.finished");
    await world.engine.runToEnd(`${mode.name}/plain`);
    expect(world.app(mode).noted("in-line")).not.toContainEqual({ id, n: 0 });
  });
});
