// How the spans of an answer become nodes: attempts in their order, with the delay before each retry.
import type { TraceSpan } from "@everstep/api";
import { describe, expect, it } from "vitest";
import { toTraceNode } from "./trace-node.ts";

const at = (ms: number): string => new Date(ms).toISOString();

function span(id: string, times: readonly [number, number, number], part = {}): TraceSpan {
  const [queued, started, ended] = times;
  return {
    id,
    kind: "ATTEMPT",
    name: id,
    status: "FAILED",
    queuedAt: at(queued),
    startedAt: at(started),
    endedAt: at(ended),
    hasOutput: false,
    children: [],
    ...part,
  };
}

describe("toTraceNode", () => {
  it("lets a step's next attempt wait from the end of the one before, however late it was queued", () => {
    const children = [span("1", [10, 10, 20]), span("2", [500, 500, 510])];
    const node = toTraceNode(span("step", [10, 10, 510], { kind: "STEP", children }));
    expect(node.children).toMatchObject([
      { queuedAtMs: 10 },
      { queuedAtMs: 20, startedAtMs: 500, isRetry: true },
    ]);
  });

  it("puts the function's attempts among its steps, each from when it was asked for", () => {
    const step = span("step", [30, 30, 90], { kind: "STEP", status: "COMPLETED" });
    const children = [span("1", [0, 0, 20]), step, span("2", [100, 110, 120])];
    const node = toTraceNode(span("root", [0, 0, 120], { kind: "RUN", children }));
    expect(node.children.map(({ id, queuedAtMs }) => [id, queuedAtMs])).toEqual([
      ["1", 0],
      ["step", 30],
      ["2", 100],
    ]);
  });
});
