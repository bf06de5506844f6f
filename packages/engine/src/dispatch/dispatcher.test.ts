// The dispatcher against a plain model: random functions, keys, limits, durations, restarts and changes of rules.
import type { ConcurrencyRule, FunctionConfig } from "@everstep/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KEY, QueueWorld, type OpenCall } from "./testing/queue-world.ts";

function rule(limit: number, fields: Partial<ConcurrencyRule> = {}): ConcurrencyRule {
  return { limit, scope: "fn", level: "step", ...fields };
}

const ruleArbitrary: fc.Arbitrary<ConcurrencyRule> = fc
  .record({
    limit: fc.integer({ min: 1, max: 3 }),
    isKeyed: fc.boolean(),
    scope: fc.constantFrom("fn", "env", "account"),
    level: fc.constantFrom("step", "fn"),
  })
  .map(({ limit, isKeyed, scope, level }) =>
    isKeyed ? rule(limit, { key: KEY, scope, level }) : rule(limit, { level }),
  );

const configArbitrary: fc.Arbitrary<Partial<FunctionConfig>> = fc
  .record({
    concurrency: fc.array(ruleArbitrary, { maxLength: 2 }),
    throttle: fc.option(
      fc.record({
        limit: fc.integer({ min: 1, max: 3 }),
        periodMs: fc.constantFrom(10, 100),
        burst: fc.integer({ min: 0, max: 2 }),
        isKeyed: fc.boolean(),
      }),
    ),
  })
  .map(({ concurrency, throttle }) => {
    if (throttle === null) return { concurrency };
    const { isKeyed, ...plain } = throttle;
    return { concurrency, throttle: isKeyed ? { ...plain, key: KEY } : plain };
  });

type Action =
  | { readonly type: "run"; readonly fn: number; readonly key: number; readonly order: number }
  | { readonly type: "end"; readonly which: number; readonly next: number }
  /** Hasty: before what was picked is on record. */
  | { readonly type: "cancel"; readonly which: number; readonly isHasty: boolean }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "rules"; readonly fn: number; readonly config: Partial<FunctionConfig> }
  | { readonly type: "pause"; readonly fn: number; readonly isPaused: boolean }
  | { readonly type: "restart"; readonly after: "settling" | "picking" | "recording" };

const nat = fc.nat({ max: 1_000 });
const actionArbitrary: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("run" as const),
      fn: fc.nat({ max: 1 }),
      key: fc.nat({ max: 2 }),
      order: fc.nat({ max: 50 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("end" as const),
      which: nat,
      next: fc.constantFrom(0, 0, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("cancel" as const),
      which: nat,
      isHasty: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.nat({ max: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("rules" as const),
      fn: fc.nat({ max: 1 }),
      config: configArbitrary,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("pause" as const),
      fn: fc.nat({ max: 1 }),
      isPaused: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("restart" as const),
      after: fc.constantFrom("settling", "picking", "recording"),
    }),
  },
);

const FUNCTIONS = ["f0", "f1"];

function pick<Item>(items: readonly Item[], which: number): Item | undefined {
  return items[which % Math.max(items.length, 1)];
}

async function act(world: QueueWorld, action: Action): Promise<void> {
  switch (action.type) {
    case "run":
      world.addRun(FUNCTIONS[action.fn] ?? "f0", `k${action.key}`, action.order);
      return;
    case "end": {
      const call = pick<OpenCall>([...world.open.values()], action.which);
      if (call !== undefined) world.endCall(call, action.next);
      return;
    }
    case "cancel": {
      if (action.isHasty) await world.pick();
      const waiting = [...world.runs.values()].filter(
        ({ state }) => state.head.status === "queued",
      );
      const run = pick(waiting, action.which);
      if (run !== undefined) world.cancel(run);
      return;
    }
    case "wait":
      await world.advance(action.ms);
      return;
    case "rules":
    case "pause": {
      const functionId = FUNCTIONS[action.fn] ?? "f0";
      const before = world.rules.get(functionId);
      if (action.type === "rules") world.setRules(functionId, action.config, before?.isPaused);
      else world.setRules(functionId, before?.config ?? {}, action.isPaused);
      world.dispatcher.rulesChanged(functionId);
      return;
    }
    case "restart":
      if (action.after !== "settling") await world.pick();
      if (action.after === "recording") world.commit(true);
      world.restart();
  }
}

/** Lets everything that is left run to its end. */
async function drain(world: QueueWorld): Promise<void> {
  for (const functionId of FUNCTIONS) {
    world.setRules(functionId, world.rules.get(functionId)?.config ?? {}, false);
    world.dispatcher.rulesChanged(functionId);
  }
  for (let round = 0; world.timers.size > 0; round += 1) {
    if (round > 2_000) throw new Error(`${world.timers.size} calls never went out`);
    await world.settle();
    const [call] = world.open.values();
    if (call !== undefined) world.endCall(call, 0);
    else if (Number.isFinite(world.nextAlarmMs)) {
      await world.advance(Math.max(1, world.nextAlarmMs - world.nowMs));
    } else if (world.open.size === 0 && world.timers.size > 0) {
      throw new Error(`Nothing wakes the ${world.timers.size} calls that are left`);
    }
  }
}

describe("createDispatcher", () => {
  it("[F50] never exceeds a limit, never stands idle, loses and starves nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(configArbitrary, configArbitrary),
        fc.array(actionArbitrary, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(1, 2, 1_000_000),
        fc.record({
          isSlow: fc.boolean(),
          crowdedLanes: fc.constantFrom(0, 2_000),
          readyLanes: fc.constantFrom(1, 50_000),
          /** Whether the functions are of two apps, each with calls of its own. */
          appOf: fc.constantFrom(
            () => "app",
            (functionId: string) => functionId,
          ),
          /** Whether the next thing happens before anything has settled. */
          followed: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        }),
        async ([f0, f1], actions, callsInFlightPerAppMax, { followed, ...how }) => {
          const world = new QueueWorld({ f0, f1 }, { callsInFlightPerAppMax, ...how });
          for (const [index, action] of actions.entries()) {
            await act(world, action);
            if (followed[index % followed.length] === true) continue;
            await world.settle();
            // Lanes are taken up from disk with a pause after each page, and here a page has few that are wanted.
            if (how.readyLanes === 1) await world.advance(20);
            expect(world.violations).toEqual([]);
            for (const appId of ["app", ...FUNCTIONS]) {
              expect(world.openOfApp(appId)).toBeLessThanOrEqual(callsInFlightPerAppMax);
            }
            expect(world.idle()).toEqual([]);
          }
          await drain(world);
          const statuses = [...world.runs.values()].map(({ state }) => state.head.status);
          expect(statuses.every((status) => status === "completed")).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("[F51] lanes take turns, whatever is queued in one of them", async () => {
    const world = new QueueWorld({ f: { concurrency: [rule(1), rule(9, { key: KEY })] } });
    for (let n = 0; n < 50; n += 1) world.addRun("f", "busy");
    world.addRun("f", "a");
    world.addRun("f", "b");
    for (let n = 0; n < 6; n += 1) {
      await world.settle();
      const [call] = world.open.values();
      if (call !== undefined) world.endCall(call, 0);
    }
    const keys = world.started.map(({ key }) => key);
    expect(keys.filter((key) => key !== "busy").toSorted()).toEqual(["a", "b"]);
    expect(keys.slice(0, 4)).toEqual(expect.arrayContaining(["a", "b"]));
  });

  it("[F52] within a lane the older run goes first, also before another run's start", async () => {
    const world = new QueueWorld({ f: { concurrency: [rule(1, { key: KEY })] } });
    const orders = [30, 10, 20];
    for (const order of orders) world.addRun("f", "k", order);
    const seen: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await world.settle();
      const [call] = world.open.values();
      if (call === undefined) break;
      seen.push(call.timer.orderKey);
      world.endCall(call, seen.length === 1 || seen.length === 3 ? 1 : 0);
    }
    expect(seen).toEqual([10, 10, 20, 20, 30]);
  });

  it("[F53] a freed place is used in the same round, by whoever has waited longest", async () => {
    const world = new QueueWorld({
      f: { concurrency: [rule(1, { key: KEY, scope: "account" })] },
      g: { concurrency: [rule(1, { key: KEY, scope: "account" })] },
    });
    world.addRun("f", "k");
    await world.settle();
    world.addRun("g", "k");
    await world.settle();
    world.addRun("f", "k");
    await world.settle();
    const [first] = world.open.values();
    if (first !== undefined) world.endCall(first, 0);
    world.dispatcher.pump();
    world.commit();
    expect(world.started.map(({ functionId }) => functionId)).toEqual(["f", "g"]);
  });

  it("[F53] a function that shares a place waits for its own limit alone", async () => {
    const shared = { key: KEY, scope: "env" } as const;
    const world = new QueueWorld({
      strict: { concurrency: [rule(1, shared)] },
      loose: { concurrency: [rule(3, shared)] },
    });
    for (let n = 0; n < 3; n += 1) world.addRun("loose", "k");
    await world.settle();
    world.addRun("strict", "k");
    await world.settle();
    world.addRun("loose", "k");
    await world.settle();
    const [first] = world.open.values();
    if (first !== undefined) world.endCall(first, 0);
    await world.settle();
    const functionIds = [...world.open.values()].map(({ timer }) => timer.functionId);
    expect(functionIds).toEqual(["loose", "loose", "loose"]);
  });

  it("[F53] a function whose app has no free call lets others have the place meanwhile", async () => {
    const config = { concurrency: [rule(1, { key: KEY, scope: "env" } as const)] };
    const world = new QueueWorld(
      { holder: config, full: config, free: config },
      { callsInFlightPerAppMax: 1, appOf: (functionId) => `app of ${functionId}` },
    );
    const runs = [
      ["holder", "k"],
      ["full", "k"],
      ["full", "other"],
      ["free", "k"],
    ] as const;
    for (const [functionId, key] of runs) {
      world.addRun(functionId, key);
      await world.settle();
    }
    const [holder] = world.open.values();
    if (holder !== undefined) world.endCall(holder, 0);
    await world.settle();
    const started = world.started.map(({ functionId, key }) => [functionId, key]);
    expect(started).toEqual([
      ["holder", "k"],
      ["full", "other"],
      ["free", "k"],
    ]);
  });

  it("[F27] a rule that is newer than a run's start asks nothing of its first call after a crash", async () => {
    const world = new QueueWorld({ f: {} });
    world.addRun("f", "k");
    await world.settle();
    world.setRules("f", { concurrency: [rule(1, { level: "fn" })] });
    world.dispatcher.rulesChanged("f");
    world.restart();
    await world.settle();
    world.addRun("f", "k");
    await world.settle();
    expect(world.open.size).toBe(2);
  });

  it("[F54] up to limit and burst runs start at once, then one for each period over limit", async () => {
    const world = new QueueWorld({ f: { throttle: { limit: 2, periodMs: 100, burst: 1 } } });
    for (let n = 0; n < 6; n += 1) world.addRun("f", "k");
    await world.settle();
    await world.advance(200);
    const atMs = world.started.map((start) => start.atMs - 1_000_000);
    expect(atMs).toEqual([0, 0, 0, 50, 100, 150]);
  });

  it("[F55] a throttled start delays no later call of its lane", async () => {
    const world = new QueueWorld({ f: { throttle: { limit: 1, periodMs: 1_000, burst: 0 } } });
    world.addRun("f", "k", 5);
    await world.settle();
    const [call] = world.open.values();
    world.addRun("f", "k", 1);
    if (call !== undefined) world.endCall(call, 1);
    await world.settle();
    expect([...world.open.values()].map(({ timer }) => timer.orderKey)).toEqual([5]);
  });

  it("[F56] a restart keeps the places of runs and the throttle", async () => {
    const world = new QueueWorld({
      f: { concurrency: [rule(1, { level: "fn" })] },
      g: { throttle: { limit: 1, periodMs: 1_000, burst: 0 } },
    });
    for (const functionId of ["f", "f", "g", "g"]) world.addRun(functionId, "k");
    await world.settle();
    await world.advance(500);
    world.restart();
    await world.settle();
    expect(world.started).toHaveLength(2);
    expect(world.open.size).toBe(2);
    await world.advance(499);
    expect(world.started).toHaveLength(2);
    await world.advance(1);
    expect(world.started.map(({ functionId }) => functionId)).toEqual(["f", "g", "g"]);
  });

  it("[F57] says what holds a call back, who has it and where it stands", async () => {
    const world = new QueueWorld({ f: { concurrency: [rule(1, { key: KEY })] } });
    world.addRun("f", "k");
    await world.settle();
    const timers = [world.addRun("f", "k"), world.addRun("f", "k")];
    await world.settle();
    world.nowMs += 3_000;
    const last = timers[1];
    const run = world.runs.get(last?.runId ?? "");
    if (last === undefined || run === undefined) throw new Error("no run");
    expect(await world.dispatcher.queueStateOf(last, run)).toEqual({
      state: "waiting",
      position: 2,
      reasons: [
        {
          type: "concurrency",
          level: "step",
          scope: "fn",
          expression: KEY,
          key: "k",
          limit: 1,
          held: 1,
          oldestHolder: { runId: "run-1", sinceMs: 1_000_000 },
        },
      ],
    });
    const [call] = world.open.values();
    if (call !== undefined) {
      const state = await world.dispatcher.queueStateOf(call.timer, call.run);
      expect(state).toEqual({ state: "in_flight", sinceMs: 1_000_000 });
    }
  });

  it("[F58] holds a bounded part of a blocked backlog in memory, and reads it once", async () => {
    const world = new QueueWorld({ f: { concurrency: [rule(1, { key: KEY })] }, g: {} });
    for (let n = 0; n < 20_000; n += 1) world.addRun("f", "busy");
    await world.settle();
    const reads = world.reads.get("listTimers") ?? 0;
    world.addRun("g", "free");
    world.addRun("f", "free");
    await world.settle();
    expect(world.started.map(({ key }) => key)).toEqual(["busy", "free", "free"]);
    expect(world.reads.get("listTimers") ?? 0).toBeLessThanOrEqual(reads + 2);
  });

  it.each([
    ["a limit of the function", [rule(1), rule(1, { key: KEY })], 0],
    ["their own limits", [rule(1, { key: KEY, level: "fn" })], 2_000],
    ["their own limits, with nothing in memory", [rule(1, { key: KEY, level: "fn" })], 0],
  ] as const)(
    "[F58] an end costs a few turns while 500 lanes wait for %s",
    async (_, concurrency, crowdedLanes) => {
      const world = new QueueWorld({ f: { concurrency } }, { crowdedLanes });
      for (let n = 0; n < 1_000; n += 1) world.addRun("f", `k${n % 500}`);
      await world.settle();
      const startedBefore = world.started.length;
      for (let n = 1; n <= 100; n += 1) {
        const before = world.rulesAsked;
        const [call] = world.open.values();
        if (call === undefined) throw new Error("nothing is out");
        world.endCall(call, 0);
        await world.settle();
        expect(world.started).toHaveLength(startedBefore + n);
        expect(world.rulesAsked - before).toBeLessThanOrEqual(20);
      }
    },
  );

  it.each([0, 2_000])(
    "[F58] a throttle of the function leaves the lanes of a restart on disk (crowded above %d)",
    async (crowdedLanes) => {
      const slow = { limit: 1, periodMs: 1_000, burst: 0 };
      const world = new QueueWorld({ f: { throttle: slow } }, { crowdedLanes, readyLanes: 100 });
      for (let n = 0; n < 600; n += 1) world.addRun("f", `k${n % 300}`);
      await world.settle();
      expect(world.started).toHaveLength(1);
      world.restart();
      world.reads.clear();
      await world.settle();
      await world.advance(100);
      // The start that is made again, and nothing for the 299 others.
      expect(world.open.size).toBe(1);
      expect(world.reads.get("listTimers") ?? 0).toBeLessThanOrEqual(4);
      expect(world.reads.get("findLimiters") ?? 0).toBeLessThanOrEqual(2);
      for (let n = 1; n <= 20; n += 1) {
        const before = { turns: world.rulesAsked, reads: world.reads.get("listTimers") ?? 0 };
        await world.advance(1_000);
        expect(world.started).toHaveLength(1 + n);
        expect(world.rulesAsked - before.turns).toBeLessThanOrEqual(20);
        expect((world.reads.get("listTimers") ?? 0) - before.reads).toBeLessThanOrEqual(4);
      }
    },
  );

  it("[F55] later calls are found behind more waiting starts than memory holds", async () => {
    const slow = { limit: 1, periodMs: 1_000_000, burst: 0 };
    const world = new QueueWorld({ f: {} }, { readyLanes: 10 });
    await world.settle();
    const first = world.addRun("f", "z");
    await world.settle();
    world.setRules("f", { throttle: slow });
    world.dispatcher.rulesChanged("f");
    for (let n = 100; n < 500; n += 1) world.addRun("f", `k${n}`);
    await world.settle();
    const call = world.open.get(first.id);
    if (call === undefined) throw new Error("the first run did not start");
    world.endCall(call, 1);
    const [later] = call.run.state.timers.values();
    if (later === undefined) throw new Error("the run has no later call");
    world.restart();
    await world.settle();
    await world.advance(100);
    expect([...world.open.keys()]).toContain(later.id);
  });

  it("[F53] a lane that is woken late does not take the younger lane of its key with it", async () => {
    const ofRun = { key: KEY, level: "fn" } as const;
    const env = rule(2, { ...ofRun, scope: "env" });
    const world = new QueueWorld({
      f: { concurrency: [env] },
      g: { concurrency: [env, rule(2, { ...ofRun, scope: "account" })] },
    });
    for (const functionId of ["g", "g", "f"]) {
      world.addRun(functionId, "k");
      await world.settle();
    }
    world.setRules("f", { concurrency: [rule(3, { ...ofRun, scope: "account" })] });
    world.dispatcher.rulesChanged("f");
    await world.settle();
    world.addRun("f", "k");
    await world.settle();
    for (const call of [...world.open.values()].slice(0, 2)) {
      world.endCall(call, 0);
      await world.settle();
    }
    expect(world.started.map(({ functionId }) => functionId)).toEqual(["g", "g", "f", "f"]);
  });
});
