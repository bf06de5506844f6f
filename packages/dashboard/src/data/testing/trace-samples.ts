// Traces for tests: spans with all they must have, so that a test names only what it is about. Not part of the page.
import type { TraceNode } from "../trace-node.ts";

export function stepNode(id: string, part: Partial<TraceNode> = {}): TraceNode {
  return {
    id,
    kind: "STEP",
    name: id,
    status: "COMPLETED",
    hasOutput: false,
    queuedAtMs: 0,
    startedAtMs: 0,
    endedAtMs: 10,
    children: [],
    ...part,
  };
}

export function attemptNode(id: string, part: Partial<TraceNode> = {}): TraceNode {
  return stepNode(id, { kind: "ATTEMPT", status: "FAILED", ...part });
}

export function runNode(children: readonly TraceNode[], part: Partial<TraceNode> = {}): TraceNode {
  return stepNode("root", { kind: "RUN", children, ...part });
}
