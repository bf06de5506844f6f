// The window over a long list of timers, against the plain truth: a sorted list.
import type { Timer } from "@everstep/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeap } from "./heap.ts";
import { createTimerWindow, type TimerWindow } from "./timer-window.ts";

const PAGE = 3;

function aTimer(id: number, dueAtMs: number): Timer {
  return { id, kind: "sleep", functionId: "f", dueAtMs, orderKey: 0, attempt: 0, queuedAtMs: 0 };
}

function inOrder(left: Timer, right: Timer): number {
  return left.dueAtMs - right.dueAtMs || left.id - right.id;
}

function aWindow(): TimerWindow {
  return createTimerWindow({
    orderOf: (timer) => ({ key: timer.dueAtMs, id: timer.id }),
    countMax: () => 4,
    startAfter: { key: Number.NEGATIVE_INFINITY, id: 0 },
  });
}

/** The next page of what is on disk behind the frontier. */
function load(window: TimerWindow, disk: readonly Timer[]): void {
  const { frontier } = window;
  if (frontier === undefined) return;
  const behind = disk
    .filter(
      ({ dueAtMs, id }) => dueAtMs > frontier.key || (dueAtMs === frontier.key && id > frontier.id),
    )
    .toSorted(inOrder);
  window.take(behind.slice(0, PAGE), behind.length < PAGE);
}

describe("createHeap", () => {
  it("gives the smallest first, ties by id", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5)), (keys) => {
        const heap = createHeap<{ key: number; id: number }>((item) => item);
        const items = keys.map((key, id) => ({ key, id }));
        for (const item of items) heap.push(item);
        expect(heap.size).toBe(items.length);
        const out = items.map(() => {
          const next = heap.peek();
          expect(heap.pop()).toBe(next);
          return next;
        });
        expect(out).toEqual(items.toSorted((a, b) => a.key - b.key || a.id - b.id));
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});

describe("createTimerWindow", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant("add" as const), dueAtMs: fc.nat(20) }),
      fc.constant({ type: "pop" as const }),
      fc.record({
        type: fc.constant("load" as const),
        late: fc.array(fc.nat(20), { maxLength: 3 }),
      }),
      fc.constant({ type: "failed load" as const }),
    ),
    { maxLength: 60 },
  );

  it("[Q4] gives every timer once, and the earliest whenever the front is loaded", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const window = aWindow();
        const disk: Timer[] = [];
        let ids = 0;
        const store = (dueAtMs: number): Timer => {
          const timer = aTimer(++ids, dueAtMs);
          disk.push(timer);
          return timer;
        };
        const popped: Timer[] = [];
        const pop = (): void => {
          while (window.size === 0 && window.frontier !== undefined) {
            window.beginLoad();
            load(window, disk);
          }
          const timer = window.pop();
          expect(timer).toEqual(disk.toSorted(inOrder)[0]);
          if (timer === undefined) return;
          popped.push(timer);
          disk.splice(disk.indexOf(timer), 1);
        };
        // Timers added while a page was read may or may not be in it.
        const reload = (times: readonly number[]): void => {
          const late = times.map((dueAtMs) => store(dueAtMs));
          for (const timer of late) window.add(timer);
          load(
            window,
            disk.filter((timer) => timer.id % 2 === 0 || !late.includes(timer)),
          );
        };
        for (const step of list) {
          if (step.type === "add") window.add(store(step.dueAtMs));
          else if (step.type === "pop") pop();
          else {
            window.beginLoad();
            if (step.type === "load") reload(step.late);
            else window.abortLoad();
          }
        }
        while (disk.length > 0) pop();
        expect(new Set(popped.map(({ id }) => id)).size).toBe(ids);
      }),
    );
  });

  it("[Q4] leaves later timers on disk once it is full", () => {
    const window = aWindow();
    window.beginLoad();
    window.take([], true);
    for (let id = 1; id <= 10; id += 1) window.add(aTimer(id, id));
    expect(window.size).toBe(4);
    expect(window.frontier).toEqual({ key: 4, id: 4 });
  });

  it("[Q4] gives the later half back to disk when earlier timers keep coming", () => {
    const window = aWindow();
    load(window, []);
    const disk = Array.from({ length: 100 }, (_, index) => aTimer(index + 1, 1_000 - index));
    for (const timer of disk) {
      window.add(timer);
      expect(window.size).toBeLessThan(8);
    }
    const given: Timer[] = [];
    while (given.length < disk.length) {
      const next = window.pop();
      if (next === undefined) load(window, disk);
      else given.push(next);
    }
    expect(given).toEqual(disk.toSorted(inOrder));
  });

  it("holds a timer once", () => {
    const window = aWindow();
    window.take([aTimer(1, 1)], true);
    window.add(aTimer(1, 1));
    expect(window.size).toBe(1);
  });
});
