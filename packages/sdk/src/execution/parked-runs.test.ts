// How long a run is kept: a minute of quiet, longer while one of its steps waits for its next attempt, and never beyond that.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ParkedRuns, type ParkedRun } from "./parked-runs.ts";
import { testInput } from "./test-call.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Closable extends ParkedRun {
  isClosed: boolean;
}

function parkedRun(facts: Partial<ParkedRun> = {}): Closable {
  const run: Closable = {
    input: testInput({ handler: () => 1 }),
    isInUse: false,
    isRetrying: false,
    hasReadAttempt: false,
    isClosed: false,
    resume: () => Promise.reject(new Error("not called")),
    runStep: () => undefined,
    close: () => void (run.isClosed = true),
    ...facts,
  };
  return run;
}

describe("runs that are kept", () => {
  it("are put out after a minute of quiet, those that wait for a retry after six", () => {
    const runs = new ParkedRuns();
    const [waiting, retrying] = [parkedRun(), parkedRun({ isRetrying: true })];
    runs.park(retrying);
    vi.advanceTimersByTime(30_000);
    const token = runs.park(waiting);
    vi.advanceTimersByTime(59_999);
    expect([waiting.isClosed, runs.size]).toEqual([false, 2]);
    vi.advanceTimersByTime(1);
    expect([waiting.isClosed, retrying.isClosed]).toEqual([true, false]);
    expect(runs.find(token)).toBeUndefined();
    vi.advanceTimersByTime(360_000 - 90_000 - 1);
    expect(retrying.isClosed).toBe(false);
    vi.advanceTimersByTime(1);
    expect([retrying.isClosed, runs.size, vi.getTimerCount()]).toEqual([true, 0, 0]);
  });

  it("begin their time anew when they are asked for, and stay while they are in use", () => {
    const runs = new ParkedRuns();
    const [asked, used] = [parkedRun(), parkedRun({ isInUse: true })];
    const token = runs.park(asked);
    runs.park(used);
    vi.advanceTimersByTime(50_000);
    expect(runs.find(token)).toBe(asked);
    vi.advanceTimersByTime(59_999);
    expect([asked.isClosed, used.isClosed]).toEqual([false, false]);
    vi.advanceTimersByTime(600_000);
    expect([asked.isClosed, used.isClosed]).toEqual([true, false]);
  });

  it("make room for new ones, the quietest first", () => {
    const runs = new ParkedRuns({ runsMax: 2 });
    const all = [parkedRun(), parkedRun(), parkedRun()];
    const [first] = all.slice(0, 2).map((run) => runs.park(run));
    runs.find(first ?? "");
    for (const run of all.slice(2)) runs.park(run);
    expect(all.map(({ isClosed }) => isClosed)).toEqual([false, true, false]);
  });

  it("are not kept for what comes later than their time", () => {
    const runs = new ParkedRuns();
    const sleep = (name: string): Parameters<ParkedRuns["isTooLate"]>[0] => [
      { op: "Sleep", id: "a", name },
    ];
    expect([runs.isTooLate(sleep("60s")), runs.isTooLate(sleep("61s"))]).toEqual([false, true]);
    const inMinutes = (minutes: number): string =>
      new Date(Date.now() + minutes * 60_000).toISOString();
    const retry = (retryAfter?: string): boolean =>
      runs.isTooLate([], { isFinal: false, ...(retryAfter === undefined ? {} : { retryAfter }) });
    expect(["360", inMinutes(6), "361", inMinutes(7)].map(retry)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(retry()).toBe(false);
  });
});
