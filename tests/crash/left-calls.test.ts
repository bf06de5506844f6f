// kill -9 while an app runs a call that holds a place of a limit: the app goes on with it, whatever becomes of the engine, so
// nobody else gets the place before that call has been made again and has ended.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Begun } from "../protocol/harness/flow-watch.ts";
import { freshId } from "../protocol/harness/world.ts";
import { FlowWorld } from "./harness/flow-world.ts";

const ENDS = [
  [3, "SIGKILL"],
  [4, "SIGKILL"],
  [4, "SIGTERM"],
] as const;

describe.each(ENDS)("a call of version %d that is out: %s", (version, signal) => {
  let world: FlowWorld;

  beforeAll(async () => {
    world = await FlowWorld.start(version);
  });
  afterAll(async () => {
    await world.stop();
  });

  it("[F59] keeps its place over the restart, also where it cannot be made again yet", async () => {
    const { flow } = world;
    const [key, old, next] = [freshId(), freshId(), freshId()] as const;
    const [oldEvent = ""] = await flow.engine.send(
      flow.event("shared-one", { id: old, key, held: true }),
    );
    await flow.waitBegun("shared-one", [old]);
    const [holder] = await flow.engine.waitRuns(oldEvent, 1);
    await flow.control("shared-one", "pause");
    await world.end(signal);
    await world.open();
    const [nextEvent = ""] = await flow.engine.send(flow.event("shared-two", { id: next, key }));
    const [waiter] = await flow.engine.waitRuns(nextEvent, 1);
    const reason = await flow.waitWhy(waiter?.run_id ?? "", "queued");
    expect(reason.queue).toMatchObject([
      { type: "CONCURRENCY", limit: 1, held: 1, oldestHolder: { runId: holder?.run_id } },
    ]);
    await flow.control("shared-one", "resume");
    await flow.app.waitNotes("shared-one.begin", (value) => (value as Begun).id === old, 2);
    expect(flow.begun("shared-two", [next])).toEqual([]);
    flow.app.openGate(old);
    expect(await flow.engine.waitEnd(holder?.run_id ?? "")).toMatchObject({ output: [old] });
    expect(await flow.engine.waitEnd(waiter?.run_id ?? "")).toMatchObject({ output: [next] });
    const topics = flow.app.notes.flatMap(({ topic, value }) =>
      [old, next].includes((value as Partial<Begun> | undefined)?.id ?? "") ? [topic] : [],
    );
    // Nothing of the old call comes after the other run began.
    expect(topics.slice(-2)).toEqual(["shared-two.begin", "shared-two.end"]);
    expect(topics.slice(0, -2).every((topic) => topic.startsWith("shared-one"))).toBe(true);
  });
});
