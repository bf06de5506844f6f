// What a bar is made of: queue, work, waits, retries and what is planned.
import { describe, expect, it } from "vitest";
import { segmentsOf } from "./bar-segments.ts";
import { attemptNode, stepNode } from "../../../data/testing/trace-samples.ts";

const shape = (node: Parameters<typeof segmentsOf>[0], nowMs = 1_000): string[] =>
  segmentsOf(node, nowMs).map(({ kind, fromMs, untilMs }) => `${kind} ${fromMs}-${untilMs}`);

describe("bar segments", () => {
  it("shows the time in the queue before the work", () => {
    const node = stepNode("a", { queuedAtMs: 10, startedAtMs: 30, endedAtMs: 50 });
    expect(shape(node)).toEqual(["queue 10-30", "work 30-50"]);
  });

  it("shows work that took no measurable time", () => {
    const node = stepNode("a", { queuedAtMs: 10, startedAtMs: 10, endedAtMs: 10 });
    expect(shape(node)).toEqual(["work 10-10"]);
  });

  it("lets open work end now", () => {
    const node = stepNode("a", { status: "RUNNING", endedAtMs: undefined });
    expect(shape(node, 400)).toEqual(["work 0-400"]);
  });

  it("draws a sleep as a wait, and its rest as planned", () => {
    const node = stepNode("nap", {
      op: "SLEEP",
      status: "WAITING",
      endedAtMs: undefined,
      dueAtMs: 5_000,
    });
    expect(shape(node, 400)).toEqual(["wait 0-400", "planned 400-5000"]);
  });

  it("draws each attempt, and the delay between attempts", () => {
    const node = stepNode("charge", {
      status: "QUEUED",
      endedAtMs: undefined,
      children: [
        attemptNode("1", { queuedAtMs: 0, startedAtMs: 5, endedAtMs: 10 }),
        attemptNode("2", {
          status: "QUEUED",
          isRetry: true,
          queuedAtMs: 10,
          startedAtMs: undefined,
          endedAtMs: undefined,
          dueAtMs: 600,
        }),
      ],
    });
    expect(shape(node, 400)).toEqual([
      "queue 0-5",
      "work 5-10",
      "backoff 10-400",
      "planned 400-600",
    ]);
    expect(segmentsOf(node, 400)[1]?.status).toBe("FAILED");
  });

  it("draws the wait for an attempt that has no span yet", () => {
    const node = stepNode("charge", {
      status: "QUEUED",
      endedAtMs: undefined,
      dueAtMs: 600,
      children: [attemptNode("1", { queuedAtMs: 0, startedAtMs: 0, endedAtMs: 10 })],
    });
    expect(shape(node, 400)).toEqual(["work 0-10", "backoff 10-400", "planned 400-600"]);
  });

  it("never draws backwards when the clocks of app and engine differ", () => {
    const node = stepNode("a", { queuedAtMs: 100, startedAtMs: 90, endedAtMs: 80 });
    const segments = segmentsOf(node, 1_000);
    expect(segments.every(({ fromMs, untilMs }) => untilMs >= fromMs)).toBe(true);
  });

  it("shows a step that was cancelled in the queue", () => {
    const node = stepNode("a", { status: "CANCELLED", startedAtMs: undefined, endedAtMs: 70 });
    expect(shape(node)).toEqual(["queue 0-70", "work 70-70"]);
  });
});
