// Alarms on a clock that stands: what fires, when, and how much of it at once.
import type { Store, Timer, TimerQuery } from "@everstep/core";
import { describe, expect, it } from "vitest";
import type { Clock } from "../ports.ts";
import { createAlarm, type Alarm } from "./alarm.ts";

interface Scene {
  readonly alarm: Alarm;
  readonly disk: Timer[];
  readonly fired: number[];
  readonly queries: TimerQuery[];
  readonly logged: string[];
  readonly settle: (() => void)[];
  fault?: Error | undefined;
  /** Reads stay open until the test lets them go on. */
  gate?: Promise<void> | undefined;
  at(ms: number): Promise<void>;
}

function aTimer(id: number, dueAtMs: number, kind: Timer["kind"] = "sleep"): Timer {
  return { id, kind, functionId: "f", dueAtMs, orderKey: 0, attempt: 0, queuedAtMs: 0 };
}

function createClock(): { clock: Clock; moveTo(ms: number): void } {
  let nowMs = 0;
  const wakes = new Set<{ atMs: number; fire: () => void }>();
  return {
    clock: {
      nowMs: () => nowMs,
      at(atMs, fire) {
        const wake = { atMs, fire };
        wakes.add(wake);
        return () => wakes.delete(wake);
      },
    },
    moveTo(ms) {
      nowMs = Math.max(nowMs, ms);
      for (const wake of [...wakes].toSorted((a, b) => a.atMs - b.atMs)) {
        if (wake.atMs <= nowMs && wakes.delete(wake)) wake.fire();
      }
    },
  };
}

function settleAll(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function aScene(options: { isHeld?: boolean; afterMs?: number } = {}): Scene {
  const { clock, moveTo } = createClock();
  const disk: Timer[] = [];
  const list = async (query: TimerQuery): Promise<readonly Timer[]> => {
    scene.queries.push(query);
    const { after = { key: -1, id: 0 } } = query;
    const page = disk
      .filter((timer) => query.kinds.includes(timer.kind))
      .filter(({ dueAtMs, id }) => dueAtMs > after.key || (dueAtMs === after.key && id > after.id))
      .toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id)
      .slice(0, query.limit);
    await scene.gate;
    if (scene.fault !== undefined) throw scene.fault;
    return page;
  };
  const scene: Scene = {
    disk,
    fired: [],
    queries: [],
    logged: [],
    settle: [],
    alarm: createAlarm({
      store: { listTimers: list } as unknown as Store,
      clock,
      log: (entry) => scene.logged.push(entry.message),
      kinds: ["sleep"],
      afterMs: options.afterMs ?? Number.MIN_SAFE_INTEGER,
      onDue(timer, settled) {
        scene.fired.push(timer.id);
        if (options.isHeld === true) scene.settle.push(settled);
        else settled();
      },
    }),
    async at(ms) {
      for (let round = 0; round < 5; round += 1) {
        moveTo(ms);
        await settleAll();
      }
    },
  };
  return scene;
}

describe("createAlarm", () => {
  it("[Q5] fires in the order of time, none early", async () => {
    const scene = aScene();
    scene.disk.push(aTimer(1, 30), aTimer(2, 10), aTimer(3, 20, "call"));
    await scene.alarm.start();
    scene.alarm.add(aTimer(4, 20));
    await scene.at(9);
    expect(scene.fired).toEqual([]);
    await scene.at(10);
    expect(scene.fired).toEqual([2]);
    await scene.at(29);
    expect(scene.fired).toEqual([2, 4]);
    await scene.at(30);
    expect(scene.fired).toEqual([2, 4, 1]);
  });

  it("[Q5] an earlier timer is not kept waiting by a later one", async () => {
    const scene = aScene();
    await scene.alarm.start();
    scene.alarm.add(aTimer(1, 1_000));
    scene.alarm.add(aTimer(2, 10));
    await scene.at(10);
    expect(scene.fired).toEqual([2]);
  });

  it("leaves what is due already to others when it is told so", async () => {
    const scene = aScene({ afterMs: 50 });
    scene.disk.push(aTimer(1, 50), aTimer(2, 51));
    await scene.alarm.start();
    await scene.at(100);
    expect(scene.fired).toEqual([2]);
  });

  it("[Q5] a crowd is fired page by page, each after the one before is settled", async () => {
    const scene = aScene({ isHeld: true });
    scene.disk.push(...Array.from({ length: 2_500 }, (_, index) => aTimer(index + 1, 10)));
    await scene.alarm.start();
    await scene.at(10);
    expect(scene.fired).toHaveLength(1_000);
    expect(scene.queries.every(({ limit }) => limit === 1_000)).toBe(true);
    for (const settled of scene.settle.splice(0)) settled();
    await scene.at(11);
    expect(scene.fired).toHaveLength(2_000);
    for (const settled of scene.settle.splice(0)) settled();
    await scene.at(12);
    expect(scene.fired).toEqual(scene.disk.map(({ id }) => id));
  });

  it("[Q6] a page that cannot be read is read again a second later", async () => {
    const scene = aScene();
    scene.disk.push(...Array.from({ length: 1_500 }, (_, index) => aTimer(index + 1, 10)));
    await scene.alarm.start();
    scene.fault = new Error("the disk is away");
    await scene.at(10);
    expect(scene.fired).toHaveLength(1_000);
    expect(scene.logged).toContain("Timers could not be loaded.");
    scene.fault = undefined;
    await scene.at(1_009);
    expect(scene.fired).toHaveLength(1_000);
    await scene.at(1_010);
    expect(scene.fired).toHaveLength(1_500);
  });

  it("waits for a slow read without asking again", async () => {
    const scene = aScene();
    scene.disk.push(...Array.from({ length: 1_000 }, (_, index) => aTimer(index + 1, 10)));
    await scene.alarm.start();
    let open = (): void => undefined;
    scene.gate = new Promise((resolve) => {
      open = resolve;
    });
    await scene.at(10);
    scene.alarm.add(aTimer(0, 5));
    const asked = scene.queries.length;
    await scene.at(20);
    expect(scene.queries).toHaveLength(asked);
    open();
    await scene.at(21);
    expect(scene.fired).toHaveLength(1_001);
  });

  it("[D4] a stopped alarm fires nothing, and one that was not started holds nothing", async () => {
    const scene = aScene();
    scene.alarm.add(aTimer(1, 5));
    await scene.alarm.start();
    scene.alarm.add(aTimer(2, 5));
    scene.alarm.stop();
    await scene.at(10);
    expect(scene.fired).toEqual([]);
  });
});
