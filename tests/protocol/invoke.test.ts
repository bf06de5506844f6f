// One function starting another: invoke with its result, its errors and its timeout, and events sent from a step.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MODES, V3, V4, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

interface Caught {
  readonly caught: { readonly name: string; readonly message: string; readonly cause: string };
}

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "invoke", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

describe.concurrent.each(MODES)("invoke, $name", (mode) => {
  it("gives the caller the target's result, twice in a row", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/call-add`);
    expect(run).toMatchObject({ status: "Completed", output: { first: 3, second: 13 } });
  });

  it("invokes several targets at once", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/call-at-once`);
    expect(run).toMatchObject({ status: "Completed", output: [2, 4, 6] });
  });

  it("invokes a function of another app, of the other SDK version", async () => {
    const other = mode.version === 3 ? V4 : V3;
    const run = await world.engine.runToEnd(`${mode.name}/call-elsewhere`, { app: other.name });
    expect(run).toMatchObject({ status: "Completed", output: 42 });
  });

  it("starts the target with an inngest/function.invoked event that names the caller", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/call-add`);
    const events = world.app(mode).noted("add.event") as {
      name: string;
      data: { _inngest: Record<string, unknown> };
    }[];
    const own = events.filter((event) =>
      String(event.data._inngest["correlation_id"]).startsWith(run.run_id),
    );
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(own[0]).toMatchObject({
      name: "inngest/function.invoked",
      data: { a: 1, b: 2, _inngest: { fn_id: `${mode.name}-add` } },
    });
  });

  it("throws the target's error at the caller", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/call-failing`);
    expect(run.status).toBe("Completed");
    expect((run.output as Caught).caught).toMatchObject({ message: "the target broke" });
    expect((run.output as Caught).caught.name).toMatch(/RangeError|StepError/);
  });

  it("throws at the caller when there is no such function, naming it", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/call-unknown`);
    expect(run.status).toBe("Completed");
    expect((run.output as Caught).caught.message).toContain(`${mode.name}-nowhere`);
  });

  it("throws at the caller after the timeout, and lets the target go on", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/call-slow`, { id });
    expect(run.status).toBe("Completed");
    expect((run.output as Caught).caught.message).toMatch(/timed out/i);
    world.app(mode).openGate(`slow.${id}`);
    await world.app(mode).waitNote("slow.end", (value) => value === id);
  });
});

describe.concurrent.each(MODES)("sendEvent, $name", (mode) => {
  it("returns the ids of the events, which start their own runs", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/send`, { id: freshId() });
    const output = run.output as { one: string[]; many: string[] };
    expect(output.one).toHaveLength(1);
    expect(output.many).toHaveLength(3);
    const ids = [...output.one, ...output.many];
    expect(new Set(ids).size).toBe(4);
    const results = await Promise.all(
      ids.map(async (eventId) => {
        const [started] = await world.engine.waitRuns(eventId, 1);
        return (await world.engine.waitEnd(started?.run_id ?? "")).output;
      }),
    );
    expect(results).toStrictEqual([0, 1, 2, 3]);
  });
});
