// Batches and debounces: what gathers, when it runs, and what a restart or a late timer changes (nothing).
import { describe, expect, it } from "vitest";
import { decideGroupDue } from "./event-groups.ts";
import { AT_MS } from "../testing/builders.ts";
import { aFlowWorld, anArrival, type FlowWorld } from "../testing/flow-world.ts";
import { INVOKED_EVENT } from "../run/lifecycle-events.ts";

const DEBOUNCE = { debounce: { periodMs: 10_000 } };
const BATCH = { batch: { maxSize: 3, timeoutMs: 5_000 } };

function settled(world: FlowWorld): string[] {
  return world.followUps.flatMap((next) =>
    next.type === "settle_invoke" ? [next.correlationId] : [],
  );
}

describe("debounce", () => {
  it("[F13, F14] runs the newest event, a period after the last, to the millisecond", () => {
    const world = aFlowWorld(DEBOUNCE);
    world.arrive(anArrival({ n: 1 }, { tsMs: AT_MS }));
    world.advance(AT_MS + 9_999);
    const last = anArrival({ n: 2 }, { tsMs: AT_MS + 9_999 });
    world.arrive(last);
    world.advance(AT_MS + 19_998);
    expect(world.heads()).toEqual([]);
    world.restart();
    world.advance(AT_MS + 19_999);
    const { debounceId } = world.outcomes().find(({ type }) => type === "debounced") as never;
    expect(world.heads()).toMatchObject([
      { eventIds: [last.internalId], createdAtMs: AT_MS + 19_999, flow: { debounceId } },
    ]);
    expect([world.limiters(), world.timers()]).toEqual([[], []]);
  });

  it("[F13] an older event changes nothing, one of the same time takes the place", () => {
    const world = aFlowWorld(DEBOUNCE);
    const first = anArrival({}, { tsMs: AT_MS });
    world.arrive(first);
    world.setClock(AT_MS + 5_000);
    const older = anArrival({}, { tsMs: AT_MS - 1 });
    world.arrive(older, { correlationId: "older.step" });
    const same = anArrival({}, { tsMs: AT_MS });
    world.arrive(same);
    world.advance(AT_MS + 14_999);
    expect(world.heads()).toEqual([]);
    world.advance(AT_MS + 15_000);
    expect(world.heads()).toMatchObject([{ eventIds: [same.internalId] }]);
    expect(settled(world)).toEqual(["older.step"]);
    const [held, late, superseded, last] = world.outcomes();
    expect(held).toMatchObject({ eventId: first.internalId, untilMs: AT_MS + 10_000 });
    expect(late).toMatchObject({ eventId: older.internalId, supersededBy: first.internalId });
    expect(superseded).toMatchObject({ eventId: first.internalId, supersededBy: same.internalId });
    expect(last).toMatchObject({ eventId: same.internalId, untilMs: AT_MS + 15_000 });
    expect(last).not.toHaveProperty("supersededBy");
  });

  it("[F14] is never held longer than the timeout after its first event", () => {
    const world = aFlowWorld({ debounce: { periodMs: 10_000, timeoutMs: 15_000 } });
    for (let atMs = 0; atMs < 15_000; atMs += 3_000) {
      world.advance(AT_MS + atMs);
      world.arrive(anArrival({}, { tsMs: AT_MS + atMs }));
    }
    world.advance(AT_MS + 14_999);
    expect(world.heads()).toEqual([]);
    world.advance(AT_MS + 15_000);
    expect(world.heads()).toMatchObject([{ createdAtMs: AT_MS + 15_000 }]);
  });

  it("[F14] keeps one timer while events come, and sets it again when it was early", () => {
    const world = aFlowWorld(DEBOUNCE);
    for (let n = 0; n < 5; n++) {
      world.setClock(AT_MS + n);
      world.arrive(anArrival({}, { tsMs: AT_MS + n }));
    }
    expect(world.timers()).toMatchObject([
      { kind: "debounce", dueAtMs: AT_MS + 10_000, limiterKey: "" },
    ]);
    world.advance(AT_MS + 10_000);
    expect(world.timers()).toMatchObject([{ dueAtMs: AT_MS + 10_004 }]);
  });

  it("[F14] a shorter period holds from the next event on", () => {
    const world = aFlowWorld(DEBOUNCE);
    world.arrive(anArrival());
    world.configure({ debounce: { periodMs: 1_000 } });
    world.arrive(anArrival());
    world.advance(AT_MS + 1_000);
    expect(world.heads()).toHaveLength(1);
    expect(world.timers()).toEqual([]);
  });

  it.each([
    ["debounce", DEBOUNCE],
    ["batch", BATCH],
  ])("[F15, F17] a timer that was replaced fires nothing: %s", (_kind, config) => {
    const world = aFlowWorld(config);
    world.arrive(anArrival());
    const [timer] = world.timers();
    const [limiter] = world.limiters();
    if (timer === undefined) throw new Error("A group has a timer.");
    world.setClock(timer.dueAtMs);
    const removed = { type: "timer_removed", timerId: timer.id + 1 };
    const replaced = { ...timer, id: timer.id + 1 };
    const none = { type: "none", changes: [removed] };
    expect(decideGroupDue(replaced, limiter, world.ctx)).toEqual(none);
    expect(decideGroupDue(replaced, undefined, world.ctx)).toEqual(none);
    expect(decideGroupDue(timer, limiter, world.ctx).type).toBe("fired");
  });

  it("[F15] one whose time has come runs, also when the next event is decided before its timer", () => {
    const world = aFlowWorld({ debounce: { periodMs: 10_000, key: "event.data.user" } });
    const first = anArrival({ user: "a" });
    world.arrive(first);
    // The engine was down when the time came.
    world.setClock(AT_MS + 60_000);
    const second = anArrival({ user: "a" });
    world.arrive(second);
    world.restart();
    world.advance(AT_MS + 60_000);
    expect(world.heads()).toMatchObject([{ eventIds: [first.internalId] }]);
    world.advance(AT_MS + 70_000);
    expect(world.heads()).toMatchObject([{}, { eventIds: [second.internalId] }]);
    const groups = world.heads().map(({ flow }) => flow?.debounceId);
    expect(new Set(groups).size).toBe(2);
    expect([world.limiters(), world.timers()]).toEqual([[], []]);
  });

  it("[F16] its run skips the limits that the event has passed, and may be skipped by the singleton rule", () => {
    const world = aFlowWorld({
      ...DEBOUNCE,
      rateLimit: { limit: 1, periodMs: 3_600_000 },
      singleton: { mode: "skip" },
    });
    world.arrive(anArrival(), { correlationId: "p.s" });
    world.arrive(anArrival());
    world.advance(AT_MS + 10_000);
    expect(world.heads()).toMatchObject([{ status: "queued", correlationId: "p.s" }]);
    world.configure({ rateLimit: { limit: 2, periodMs: 3_600_000 } });
    world.arrive(anArrival(), { correlationId: "q.s" });
    world.advance(AT_MS + 20_000);
    expect(world.heads()[1]).toMatchObject({
      status: "skipped",
      flow: { debounceId: expect.any(String) as string },
    });
    expect(settled(world)).toEqual(["q.s"]);
  });
});

describe("batches", () => {
  it("[F17] run with all their events when there are enough", () => {
    const world = aFlowWorld(BATCH);
    const events = [1, 2, 3, 4].map((n) => anArrival({ n }));
    for (const event of events) world.arrive(event);
    const [run] = world.heads();
    expect(run?.eventIds).toEqual(events.slice(0, 3).map(({ internalId }) => internalId));
    const [first, second, other] = world.outcomes();
    expect(first).toMatchObject({
      type: "batched",
      batchId: run?.flow?.batchId,
      untilMs: AT_MS + 5_000,
    });
    expect(second).toMatchObject({ batchId: run?.flow?.batchId });
    expect(other).toMatchObject({ eventId: events[3]?.internalId });
    expect(other).not.toMatchObject({ batchId: run?.flow?.batchId });
    expect(world.timers()).toHaveLength(1);
  });

  it("[F17] run when the first event has waited its time, over a restart too", () => {
    const world = aFlowWorld({ batch: { ...BATCH.batch, key: "event.data.user" } });
    const [a, b] = [anArrival({ user: "a" }), anArrival({ user: "b" })];
    world.arrive(a);
    world.advance(AT_MS + 1_000);
    world.arrive(b);
    world.restart();
    world.advance(AT_MS + 5_000);
    expect(world.heads()).toMatchObject([{ eventIds: [a.internalId], createdAtMs: AT_MS + 5_000 }]);
    world.advance(AT_MS + 6_000);
    expect(world.heads()).toMatchObject([{}, { eventIds: [b.internalId] }]);
    expect([world.limiters(), world.timers()]).toEqual([[], []]);
  });

  it("[F17] run from 10 MiB on", () => {
    const world = aFlowWorld({ batch: { maxSize: 100, timeoutMs: 5_000 } });
    // Two bytes each in UTF-8.
    const blob = "é".repeat(1_400_000);
    for (let n = 0; n < 4; n++) world.arrive(anArrival({ blob }));
    expect(world.heads()).toMatchObject([{ eventIds: { length: 4 } }]);
  });

  it("[F17] a timer that lost to the last event changes nothing", () => {
    const world = aFlowWorld(BATCH);
    for (let n = 0; n < 3; n++) world.arrive(anArrival({ n }));
    world.advance(AT_MS + 60_000);
    expect(world.heads()).toHaveLength(1);
  });

  it("[F17] run at the next event when the size was lowered, and at their time when batching was removed", () => {
    const world = aFlowWorld({ batch: { maxSize: 9, timeoutMs: 5_000 } });
    for (let n = 0; n < 4; n++) world.arrive(anArrival({ n }));
    world.configure({ batch: { maxSize: 2, timeoutMs: 5_000 } });
    world.arrive(anArrival());
    expect(world.heads()).toMatchObject([{ eventIds: { length: 5 } }]);
    world.arrive(anArrival());
    world.configure({ batch: undefined } as never);
    world.advance(AT_MS + 5_000);
    expect(world.heads()).toHaveLength(2);
  });

  it("[F18] an event that `if` leaves out runs alone and at once; a failing `if` leaves it out and says so", () => {
    const batch = { ...BATCH.batch, if: "event.data.isBulk" };
    const world = aFlowWorld({ batch, timeouts: { startMs: 1_000 } });
    world.arrive(anArrival({ isBulk: true }));
    expect(world.arrive(anArrival({ isBulk: false })).warnings).toEqual([]);
    const { warnings, draft } = world.arrive(anArrival({ isBulk: "yes" }));
    expect(warnings).toEqual([expect.stringContaining("batchEvents.if failed")]);
    expect(draft?.state.head.eventIds).toHaveLength(1);
    expect(draft?.state.head).not.toHaveProperty("flow");
    expect(world.outcomes()).toHaveLength(1);
  });

  it("[F19] take their keys from the first event, and know no start timeout, cancelOn or future time", () => {
    const world = aFlowWorld({
      batch: { maxSize: 2, timeoutMs: 5_000 },
      timeouts: { startMs: 1_000 },
      cancel: [{ event: "shop/gone" }],
      concurrency: [{ limit: 1, level: "step", scope: "fn", key: "event.data.user" }],
    });
    world.arrive(anArrival({ user: "a" }, { tsMs: AT_MS + 60_000 }));
    const { draft } = world.arrive(anArrival({ user: "b" }));
    expect(draft?.state.head.flow?.keys).toEqual({ "event.data.user": "a" });
    expect([...(draft?.state.timers.values() ?? [])]).toMatchObject([
      { kind: "call", dueAtMs: AT_MS },
    ]);
    expect(draft?.state.waits.size).toBe(0);
  });

  it("[F33] answer everybody who invoked one of their events, and send each a finished event", () => {
    const world = aFlowWorld(BATCH);
    const invoke = (id: string): string => {
      const data = { _inngest: { correlation_id: id } };
      const event = anArrival(data, { name: INVOKED_EVENT });
      world.arrive(event, { correlationId: id });
      return event.internalId;
    };
    const a = invoke("a.step");
    world.arrive(anArrival());
    const b = invoke("b.step");
    const run = world.heads()[0];
    expect(run?.eventIds).toHaveLength(3);
    expect(settled(world)).toEqual([]);
    world.end(run?.id ?? "");
    expect(settled(world)).toEqual(["a.step", "b.step"]);
    const sent = world.followUps.flatMap((next) => (next.type === "event" ? [next.event] : []));
    const told = sent.map(({ dataJson }) => JSON.parse(dataJson) as never);
    expect(told).toMatchObject([
      { correlation_id: "a.step", event: { id: a }, events: { length: 3 } },
      { correlation_id: "b.step", event: { id: b }, events: { length: 1 } },
    ]);
    // By now the function is a singleton, and its place is taken.
    invoke("c.step");
    invoke("d.step");
    world.configure({ batch: undefined, singleton: { mode: "skip" } } as never);
    world.arrive(anArrival());
    world.advance(AT_MS + 5_000);
    expect(world.heads()[2]).toMatchObject({ status: "skipped", eventIds: { length: 2 } });
    expect(settled(world).slice(2)).toEqual(["c.step", "d.step"]);
  });

  it("[F33] a rerun of a batch answers nobody", () => {
    const world = aFlowWorld(BATCH);
    for (const n of [1, 2, 3]) {
      const inngest = { correlation_id: `parent.${n}` };
      world.arrive(anArrival({ _inngest: inngest }, { name: INVOKED_EVENT }));
    }
    const [run] = world.heads();
    world.rerun(run?.id ?? "");
    world.end(world.heads()[1]?.id ?? "");
    expect(settled(world)).toEqual([]);
    world.end(run?.id ?? "");
    expect(settled(world)).toHaveLength(3);
  });
});
