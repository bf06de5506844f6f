// One span of a trace as the waterfall reads it: times as numbers, statuses as the API names them. Made once per answer
// (toTraceNode), so that drawing parses nothing.

import type { SpanStatusValue, StepInfoView, StepOpValue, TraceSpan } from "@everstep/api";

export interface TraceNode {
  /** Unique in its trace and the same in every answer, so that selection and folding survive updates. */
  readonly id: string;
  readonly kind: TraceSpan["kind"];
  readonly name: string;
  readonly status: SpanStatusValue;
  /** Of steps. */
  readonly op?: StepOpValue | undefined;
  readonly stepId?: string | undefined;
  readonly info?: StepInfoView | undefined;
  /** Of an attempt: from 0. */
  readonly attempt?: number | undefined;
  readonly attempts?: number | undefined;
  readonly httpStatus?: number | undefined;
  readonly hasOutput: boolean;
  /** Of an attempt: another one was made before it, so its time in the queue was the delay of a retry. */
  readonly isRetry?: boolean | undefined;
  readonly queuedAtMs: number;
  /** When the next attempt is due, or a sleep or wait ends at the latest. */
  readonly dueAtMs?: number | undefined;
  readonly startedAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
  readonly children: readonly TraceNode[];
}

const OPEN: ReadonlySet<SpanStatusValue> = new Set(["QUEUED", "RUNNING", "WAITING"]);
const WAITING_OPS: ReadonlySet<string> = new Set([
  "SLEEP",
  "WAIT_FOR_EVENT",
  "WAIT_FOR_SIGNAL",
  "INVOKE",
]);

export function toTraceNode(span: TraceSpan): TraceNode {
  return {
    id: span.id,
    kind: span.kind,
    name: span.name,
    status: span.status,
    op: span.stepOp,
    stepId: span.stepId,
    info: span.info,
    attempt: span.attempt,
    attempts: span.attempts,
    httpStatus: span.httpStatus,
    hasOutput: span.hasOutput,
    queuedAtMs: Date.parse(span.queuedAt),
    dueAtMs: dueAtMs(span),
    startedAtMs: toMs(span.startedAt),
    endedAtMs: toMs(span.endedAt),
    children: inOrder(span.children.map(toTraceNode), span.kind === "STEP"),
  };
}

/**
 * Attempts queue from the end of the one before: what came earlier was not waiting for this one. Between attempts of the
 * function itself other steps may have run, so there the call's own time counts when it is later.
 */
function inOrder(siblings: readonly TraceNode[], ofStep: boolean): readonly TraceNode[] {
  let before: number | undefined;
  const nodes = siblings.map((node) => {
    if (node.kind !== "ATTEMPT") return node;
    const endedBeforeMs = before;
    before = node.endedAtMs;
    if (endedBeforeMs === undefined) return node;
    const askedAtMs = ofStep ? endedBeforeMs : Math.max(node.queuedAtMs, endedBeforeMs);
    return { ...node, isRetry: true, queuedAtMs: askedAtMs };
  });
  if (before === undefined) return nodes;
  return nodes.toSorted((left, right) => left.queuedAtMs - right.queuedAtMs);
}

function dueAtMs({ retryAt, info }: TraceSpan): number | undefined {
  if (retryAt !== undefined) return Date.parse(retryAt);
  switch (info?.type) {
    case "SLEEP":
      return Date.parse(info.until);
    case "WAIT_FOR_EVENT":
    case "WAIT_FOR_SIGNAL":
    case "INVOKE":
      return Date.parse(info.timeout);
    case "RUN":
    case undefined:
      return undefined;
  }
}

function toMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

export function isOpen(node: TraceNode): boolean {
  return node.endedAtMs === undefined && OPEN.has(node.status);
}

/** Whether its time is spent waiting for something else rather than in the app's code. */
export function isWait(node: TraceNode): boolean {
  return node.op !== undefined && WAITING_OPS.has(node.op);
}

/** The last moment at which anything of the trace is known to have happened. */
export function endOfTrace(root: TraceNode, nowMs: number): number {
  if (isOpen(root)) return Math.max(nowMs, root.queuedAtMs);
  let endMs = root.endedAtMs ?? root.queuedAtMs;
  for (const child of root.children) endMs = Math.max(endMs, child.endedAtMs ?? 0);
  return endMs;
}

/** Depth first, the root included. */
export function* everyNode(root: TraceNode): Generator<TraceNode> {
  yield root;
  for (const child of root.children) yield* everyNode(child);
}
