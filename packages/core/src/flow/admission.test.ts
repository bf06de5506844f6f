// What becomes of events that reach a function: rules, their order, and who is told.
import { describe, expect, it } from "vitest";
import type { FunctionConfig } from "@everstep/protocol";
import { AT_MS } from "../testing/builders.ts";
import { aFlowWorld, anArrival, type FlowWorld } from "../testing/flow-world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What became of each event: the run's status, or the outcome's type. */
function fates(world: FlowWorld): string[] {
  return world.changes.flatMap((change) => {
    if (change.type === "run_added") return [change.run.status];
    return change.type === "event_outcome_added" ? [change.outcome.type] : [];
  });
}

/** The errors that waiting steps were given at once, by correlation id. */
function answers(world: FlowWorld): Record<string, string> {
  const found: Record<string, string> = {};
  for (const next of world.followUps) {
    if (next.type === "settle_invoke") found[next.correlationId] = next.outputJson;
  }
  return found;
}

describe("a function without rules", () => {
  it("[F1] starts a run for the event, loads nothing and stores nothing else", () => {
    const world = aFlowWorld();
    const { draft, changes, followUps, warnings } = world.arrive(anArrival());
    expect([changes, followUps, warnings]).toEqual([[], [], []]);
    expect(draft?.state.head).toMatchObject({ status: "queued" });
    expect(draft?.state.head).not.toHaveProperty("flow");
    expect(draft?.changes.map(({ type }) => type)).toEqual(["run_added", "timer_added"]);
  });

  it("[F1, E4] keeps what started it", () => {
    const world = aFlowWorld();
    world.arrive(anArrival(), { correlationId: "parent.step" });
    world.arrive(anArrival(), { cron: "* * * * *" });
    expect(world.heads()).toMatchObject([{ correlationId: "parent.step" }, { cron: "* * * * *" }]);
  });
});

describe("pause", () => {
  it("[F3] records a skipped run, and charges nothing", () => {
    const world = aFlowWorld({ rateLimit: { limit: 1, periodMs: HOUR_MS } });
    world.isPaused = true;
    const event = anArrival({}, { id: "order-1" });
    world.arrive(event);
    expect(world.heads()).toMatchObject([
      { status: "skipped", skip: { reason: "paused" }, endedAtMs: AT_MS },
    ]);
    expect(world.limiters()).toEqual([]);
    world.isPaused = false;
    world.arrive(anArrival({}, { id: "order-1" }));
    expect(fates(world)).toEqual(["skipped", "queued"]);
  });

  it("[F3] what a batch or a debounce held before is kept, and only reruns and events are skipped", () => {
    const world = aFlowWorld({ debounce: { periodMs: 1_000 } });
    world.arrive(anArrival());
    world.isPaused = true;
    world.advance(AT_MS + 1_000);
    const [held] = world.heads();
    expect(held?.status).toBe("queued");
    world.rerun(held?.id ?? "");
    expect(world.heads().map(({ status }) => status)).toEqual(["queued", "skipped"]);
  });
});

describe("event ids", () => {
  it("[F4, E2] start a function once, and later ones say which run it was and until when", () => {
    const world = aFlowWorld();
    world.arrive(anArrival({}, { id: "order-1" }));
    const again = anArrival({}, { id: "order-1" });
    world.arrive(again, { correlationId: "p.s" });
    expect(world.outcomes()).toEqual([
      {
        type: "deduplicated",
        by: "event_id",
        key: "order-1",
        runId: world.heads()[0]?.id,
        untilMs: AT_MS + DAY_MS,
        eventId: again.internalId,
        functionId: world.fn.id,
        atMs: AT_MS,
      },
    ]);
    expect(answers(world)["p.s"]).toContain('its event id \\"order-1\\" was used before');
    world.setClock(AT_MS + DAY_MS);
    world.arrive(anArrival({}, { id: "order-1" }));
    expect(world.heads()).toHaveLength(2);
  });

  it.each<[string, Partial<FunctionConfig>]>([
    ["debounce", { debounce: { periodMs: 1_000 } }],
    ["batch", { batch: { maxSize: 5, timeoutMs: 1_000 } }],
  ])("[F4] are used up by a place in a %s, before there is a run", (_name, config) => {
    const world = aFlowWorld(config);
    world.arrive(anArrival({}, { id: "order-1" }));
    world.arrive(anArrival({}, { id: "order-1" }));
    expect(world.outcomes()[1]).toMatchObject({ type: "deduplicated", by: "event_id" });
    expect(world.outcomes()[1]).not.toHaveProperty("runId");
  });

  it("[F4] are used up by a run that the singleton rule skipped", () => {
    const world = aFlowWorld({ singleton: { mode: "skip" } });
    world.arrive(anArrival());
    for (let n = 0; n < 2; n++) world.arrive(anArrival({}, { id: "order-1" }));
    expect(fates(world)).toEqual(["queued", "skipped", "deduplicated"]);
    expect(world.outcomes()).toMatchObject([{ runId: world.heads()[1]?.id }]);
  });

  it("[F4] are not used up by an event that a limit turned away", () => {
    const world = aFlowWorld({ rateLimit: { limit: 1, periodMs: 1_000 } });
    world.arrive(anArrival());
    world.arrive(anArrival({}, { id: "order-1" }));
    world.setClock(AT_MS + 1_000);
    world.arrive(anArrival({}, { id: "order-1" }));
    expect(fates(world)).toEqual(["queued", "rate_limited", "queued"]);
  });
});

describe("rate limit and idempotency", () => {
  it("[F8] both hold, each with its own memory", () => {
    const world = aFlowWorld({
      rateLimit: { limit: 2, periodMs: HOUR_MS },
      idempotency: "event.data.cart",
    });
    const first = anArrival({ cart: 1 });
    world.arrive(first);
    world.arrive(anArrival({ cart: 1 }));
    world.arrive(anArrival({ cart: 2 }));
    world.arrive(anArrival({ cart: 3 }), { correlationId: "p.s" });
    expect(fates(world)).toEqual(["queued", "deduplicated", "queued", "rate_limited"]);
    const [deduplicated, limited] = world.outcomes();
    expect(deduplicated).toMatchObject({
      by: "idempotency",
      key: "1",
      sinceEventId: first.internalId,
      runId: world.heads()[0]?.id,
      untilMs: AT_MS + DAY_MS,
    });
    expect(limited).toMatchObject({
      key: "",
      limit: 2,
      periodMs: HOUR_MS,
      untilMs: AT_MS + HOUR_MS,
    });
    expect(answers(world)["p.s"]).toContain("invoked function is rate limited (2 per 1h) until");
  });

  it("[F7] what one of them turns away is not counted by the other", () => {
    const world = aFlowWorld({
      rateLimit: { limit: 1, periodMs: 1_000 },
      idempotency: "event.data.cart",
    });
    world.arrive(anArrival({ cart: 1 }));
    world.arrive(anArrival({ cart: 2 }));
    world.setClock(AT_MS + 1_000);
    world.arrive(anArrival({ cart: 1 }));
    world.arrive(anArrival({ cart: 2 }));
    expect(fates(world)).toEqual(["queued", "rate_limited", "deduplicated", "queued"]);
  });

  it("[F7] a run that the singleton rule skips counts for neither", () => {
    const world = aFlowWorld({
      rateLimit: { limit: 2, periodMs: HOUR_MS },
      singleton: { mode: "skip" },
    });
    for (let n = 0; n < 5; n++) world.arrive(anArrival());
    world.end(world.heads()[0]?.id ?? "");
    world.arrive(anArrival());
    world.end(world.heads().at(-1)?.id ?? "");
    world.arrive(anArrival());
    const skipped = ["skipped", "skipped", "skipped", "skipped"];
    expect(fates(world)).toEqual(["queued", ...skipped, "queued", "rate_limited"]);
  });

  it("[F5] count each value of the key by itself, missing and null as one", () => {
    const world = aFlowWorld({ rateLimit: { limit: 1, periodMs: 1_000, key: "event.data.user" } });
    for (const data of [{ user: "a" }, { user: "b" }, {}, { user: null }, { user: "a" }]) {
      world.arrive(anArrival(data));
    }
    expect(fates(world)).toEqual(["queued", "queued", "queued", "rate_limited", "rate_limited"]);
    expect(world.limiters().map(({ key }) => key)).toEqual(["a", "b", "<nil>"]);
  });

  it.each<[string, Partial<FunctionConfig>]>([
    ["rateLimit", { rateLimit: { limit: 1, periodMs: 1_000, key: "event.data.isLimited" } }],
    ["idempotency", { idempotency: "event.data.isLimited" }],
    ["singleton", { singleton: { mode: "skip", key: "event.data.isLimited" } }],
  ])("[F9] a key of %s that is false takes the event out of the rule", (_name, config) => {
    const world = aFlowWorld(config);
    for (let n = 0; n < 3; n++) world.arrive(anArrival({ isLimited: false }));
    expect(fates(world)).toEqual(["queued", "queued", "queued"]);
    expect(world.limiters()).toEqual([]);
  });

  it.each<[string, Partial<FunctionConfig>]>([
    ["rateLimit.key", { rateLimit: { limit: 1, periodMs: 1_000, key: "1 / 0" } }],
    ["idempotency", { idempotency: "1 / 0" }],
    ["debounce.key", { debounce: { periodMs: 1_000, key: "1 / 0" } }],
    ["batchEvents.key", { batch: { maxSize: 2, timeoutMs: 1_000, key: "1 / 0" } }],
  ])("[F6] a key of %s that fails starts nothing and says so", (field, config) => {
    const world = aFlowWorld(config);
    const { warnings } = world.arrive(anArrival({}, { id: "order-1" }), { correlationId: "p.s" });
    expect(world.outcomes()).toMatchObject([
      { type: "failed", message: expect.stringContaining(`${field} failed: `) },
    ]);
    expect(warnings).toEqual([expect.stringContaining(field)]);
    expect(answers(world)["p.s"]).toContain(field);
    // The same event may come again when the expression was mended.
    world.configure({ ...world.fn.config, ...NO_RULES });
    world.arrive(anArrival({}, { id: "order-1" }));
    expect(fates(world)).toEqual(["failed", "queued"]);
  });
});

const NO_RULES = {
  rateLimit: undefined,
  idempotency: undefined,
  debounce: undefined,
  batch: undefined,
} as unknown as Partial<FunctionConfig>;

describe("singleton", () => {
  it("[F20] has one run of a key at a time, from its creation to its end", () => {
    const world = aFlowWorld({ singleton: { mode: "skip", key: "event.data.user" } });
    const first = world.arrive(anArrival({ user: "a" })).draft?.state.head;
    expect(first?.flow).toMatchObject({ singletonKey: "a" });
    world.arrive(anArrival({ user: "a" }), { correlationId: "p.s" });
    world.arrive(anArrival({ user: "b" }));
    world.restart();
    world.arrive(anArrival({ user: "a" }));
    world.end(first?.id ?? "", "failed");
    world.arrive(anArrival({ user: "a" }));
    expect(fates(world)).toEqual(["queued", "skipped", "queued", "skipped", "queued"]);
    const skipped = world.heads()[1];
    expect(skipped).toMatchObject({ skip: { reason: "singleton", byRunId: first?.id } });
    expect(skipped).not.toHaveProperty("flow");
    expect(answers(world)["p.s"]).toContain(`run ${first?.id ?? ""} holds its place`);
  });

  it("[F21] in mode cancel the newest wins, every time", () => {
    const world = aFlowWorld({ singleton: { mode: "cancel" } });
    for (let n = 0; n < 4; n++) world.arrive(anArrival());
    expect(world.heads().map(({ status }) => status)).toEqual([
      "cancelled",
      "cancelled",
      "cancelled",
      "queued",
    ]);
    const newest = world.heads()[3]?.id ?? "";
    expect(world.limiters().map(({ stateJson }) => JSON.parse(stateJson) as unknown)).toEqual([
      newest,
    ]);
    expect(world.heads()[2]?.endReason).toContain(newest);
  });

  it("[F22] a key that fails makes no singleton", () => {
    const world = aFlowWorld({ singleton: { mode: "skip", key: "1 / 0" } });
    const { warnings } = world.arrive(anArrival());
    world.arrive(anArrival());
    expect(fates(world)).toEqual(["queued", "queued"]);
    expect(warnings).toEqual([expect.stringContaining("singleton.key failed: ")]);
    expect(world.heads()[0]).not.toHaveProperty("flow");
  });

  it("[F20] a run that fails at its creation gives the lock back", () => {
    const blob = "x".repeat(300_000);
    const world = aFlowWorld({
      singleton: { mode: "skip" },
      cancel: [{ event: "shop/gone", expression: "async.data.blob == event.data.blob" }],
    });
    world.arrive(anArrival({ blob }));
    expect(world.heads()[0]?.status).toBe("failed");
    expect(world.limiters()).toEqual([]);
  });
});

describe("what a run carries", () => {
  it("[F5, F24] the values of its keys, and one lane for the same values", () => {
    const world = aFlowWorld({
      concurrency: [
        { limit: 1, level: "step", scope: "fn", key: "event.data.user" },
        { limit: 0, level: "step", scope: "fn", key: "event.data.unused" },
      ],
      throttle: { limit: 1, periodMs: 1_000, burst: 0, key: "event.data.plan" },
    });
    const [a, b, c] = [{ user: "u", plan: "p" }, { user: "u", plan: "p" }, { user: "u" }].map(
      (data) => world.arrive(anArrival(data)).draft,
    );
    expect(a?.state.head.flow?.keys).toEqual({ "event.data.user": "u", "event.data.plan": "p" });
    const lanes = [a, b, c].map((draft) => draft?.state.head.flow?.lane);
    expect(lanes[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(lanes[1]).toBe(lanes[0]);
    expect(lanes[2]).not.toBe(lanes[0]);
    expect([...(a?.state.timers.values() ?? [])]).toMatchObject([
      { kind: "call", lane: lanes[0], isStart: true },
    ]);
  });

  it("[F5] a key that fails has a group of its own and is kept in words", () => {
    const key = "1 / 0 == event.data.n";
    const world = aFlowWorld({ concurrency: [{ limit: 1, level: "step", scope: "fn", key }] });
    const { draft, warnings } = world.arrive(anArrival({ n: 1 }));
    expect(draft?.state.head.flow).toMatchObject({
      keys: { [key]: "<error>" },
      keyErrors: { [key]: expect.stringContaining("failed") },
    });
    expect(warnings).toHaveLength(1);
  });

  it("[F5] a long value keeps its beginning and a hash", () => {
    const world = aFlowWorld({ rateLimit: { limit: 1, periodMs: 1_000, key: "event.data.text" } });
    for (const end of ["a", "b", "a"]) world.arrive(anArrival({ text: "x".repeat(5_000) + end }));
    expect(fates(world)).toEqual(["queued", "queued", "rate_limited"]);
    for (const { key } of world.limiters()) expect(key).toMatch(/^x{80}…[0-9a-f]{40}$/);
  });

  it("[F23] priority moves the order of all its calls, and is kept", () => {
    const world = aFlowWorld({ priority: { run: "event.data.priority" } });
    const { draft } = world.arrive(anArrival({ priority: 120 }));
    expect(draft?.state.head).toMatchObject({
      orderKey: 1 - 120_000 * 4_096,
      flow: { priority: 120 },
    });
    const [timer] = draft?.state.timers.values() ?? [];
    expect(timer?.orderKey).toBe(draft?.state.head.orderKey);
  });
});

describe("reruns and cron", () => {
  it("[F30] a rerun skips ids, limits and debounce, and keeps keys and singleton", () => {
    const world = aFlowWorld({
      rateLimit: { limit: 1, periodMs: HOUR_MS },
      idempotency: "event.data.cart",
      singleton: { mode: "skip" },
      priority: { run: "5" },
    });
    world.arrive(anArrival({ cart: 1 }, { id: "order-1" }));
    const old = world.heads()[0]?.id ?? "";
    world.rerun(old);
    world.end(old);
    const { draft } = world.rerun(old);
    expect(fates(world)).toEqual(["queued", "skipped", "queued"]);
    expect(draft?.state.head).toMatchObject({
      originalRunId: old,
      flow: { priority: 5, singletonKey: "" },
    });
    expect(world.outcomes()).toEqual([]);
  });

  it("[F30] a rerun of a debounced function runs at once", () => {
    const world = aFlowWorld({ debounce: { periodMs: 1_000 } });
    world.arrive(anArrival());
    world.advance(AT_MS + 1_000);
    world.rerun(world.heads()[0]?.id ?? "");
    expect(fates(world)).toEqual(["debounced", "queued", "queued"]);
    expect(world.heads()[1]).not.toHaveProperty("flow");
  });

  it("[F31] a cron tick is never batched, and is held by the other rules", () => {
    const cron = "* * * * *";
    const batching = aFlowWorld({ batch: { maxSize: 2, timeoutMs: 1_000 } });
    batching.arrive(anArrival(), { cron });
    expect(fates(batching)).toEqual(["queued"]);
    const limited = aFlowWorld({ rateLimit: { limit: 1, periodMs: HOUR_MS } });
    for (let n = 0; n < 2; n++) limited.arrive(anArrival(), { cron });
    expect(fates(limited)).toEqual(["queued", "rate_limited"]);
    const debounced = aFlowWorld({ debounce: { periodMs: 1_000 } });
    debounced.arrive(anArrival(), { cron });
    debounced.advance(AT_MS + 1_000);
    expect(debounced.heads()).toMatchObject([{ cron }]);
  });
});

describe("who is told", () => {
  it("[F32] a step that invoked a paused function is answered at once", () => {
    const world = aFlowWorld();
    world.isPaused = true;
    world.arrive(anArrival(), { correlationId: "p.s" });
    expect(JSON.parse(answers(world)["p.s"] ?? "")).toEqual({
      error: {
        name: "Error",
        message: 'The invoked function "shop-order" did not run: the function is paused.',
      },
    });
  });

  it("[F32] a step whose run was cancelled for a newer one is answered by the end of that run", () => {
    const world = aFlowWorld({ singleton: { mode: "cancel" } });
    world.arrive(anArrival(), { correlationId: "p.s" });
    world.arrive(anArrival());
    expect(answers(world)["p.s"]).toContain("took its place");
  });

  it("[F34] a skipped run has ended: it has no calls, and sends no lifecycle events", () => {
    const world = aFlowWorld();
    world.isPaused = true;
    const { draft } = world.arrive(anArrival());
    expect(draft?.changes.map(({ type }) => type)).toEqual(["run_added"]);
    expect(world.followUps).toEqual([]);
    world.end(draft?.state.head.id ?? "", "cancelled");
    expect(world.heads()[0]?.status).toBe("skipped");
  });
});
