// Sizes: what fits must arrive, though not inside the call request; what does not fit fails with an error that says so.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MODES, World, freshId } from "./harness/world.ts";

// Nothing is waited for here: more of these at once only make each of them slower.
vi.setConfig({ maxConcurrency: 4 });

const MIB = 1024 * 1024;

let world: World;
beforeAll(async () => {
  world = await World.start({ functions: "large", modes: MODES });
});
afterAll(async () => {
  await world.stop();
});

describe.concurrent.each(MODES)("sizes, $name", (mode) => {
  it("lets the SDK fetch state that is larger than a call request", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/oversize`, { id });
    const expected = [2 * MIB, 2 * MIB, 2 * MIB].join("+");
    expect(run).toMatchObject({ status: "Completed", output: { last: expected, data: { id } } });
    const calls = await world.app(mode).callsOf(run.run_id);
    // Our SDK keeps the run, so that the state need not travel again (docs/reference/continuation.md).
    if (mode.isOurs !== true) expect(calls.at(-1)?.ctx["use_api"]).toBe(true);
    expect(Math.max(...calls.map((call) => call.bodyBytes))).toBeLessThanOrEqual(4 * MIB);
  });

  it("fails a step whose output is too large, and says so", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/huge-step`);
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output).slice(0, 2_000)).toMatch(
      /too large|larger than|limit|exceed/i,
    );
  });

  it("fails a run whose answer is larger than 8 MiB, and says so", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/huge-result`);
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output).slice(0, 2_000)).toMatch(
      /too large|larger than|limit|exceed/i,
    );
  });

  it("carries an event of 2 MiB", async () => {
    const id = freshId();
    const filler = "y".repeat(2 * MIB);
    const run = await world.engine.runToEnd(`${mode.name}/oversize`, { id, filler });
    expect(run.status).toBe("Completed");
    expect((run.output as { data: { filler: string } }).data.filler).toHaveLength(2 * MIB);
  });
});

describe.concurrent("events", () => {
  it("over 3 MiB are refused with 413", async () => {
    const response = await world.engine.post("/e/test", {
      name: "big",
      data: { filler: "z".repeat(3 * MIB) },
    });
    expect(response.status).toBe(413);
  });
});
