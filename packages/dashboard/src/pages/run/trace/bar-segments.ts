// What the bar of one row is made of: where a step queued, ran, failed, waited for its next attempt or for the world. Pure.
// Invariant: segments are in order of time, and none ends before it begins. Colours and hatching are the style sheet's.
import type { SpanStatusValue } from "@everstep/api";
import { isOpen, isWait, type TraceNode } from "../../../data/trace-node.ts";

export type SegmentKind =
  /** Due, and not yet called. */
  | "queue"
  /** In the app's code. */
  | "work"
  /** A sleep, or a wait for an event, a signal or another run. */
  | "wait"
  /** Between a failed attempt and the next one. */
  | "backoff"
  /** In the future: until a wait ends or the next attempt is made. */
  | "planned";

export interface Segment {
  readonly kind: SegmentKind;
  readonly status: SpanStatusValue;
  readonly fromMs: number;
  readonly untilMs: number;
}

export function segmentsOf(node: TraceNode, nowMs: number): readonly Segment[] {
  const attempts = node.children.filter((child) => child.kind === "ATTEMPT");
  const segments =
    node.kind === "STEP" && attempts.length > 0
      ? [
          ...attempts.flatMap((attempt) => attemptSegments(attempt, nowMs)),
          ...nextAttempt(node, attempts.at(-1), nowMs),
        ]
      : attemptSegments(node, nowMs);
  return segments.filter((each) => each.untilMs > each.fromMs || each.kind === "work");
}

/** An open step whose last attempt has ended waits for the next one, which has no span yet. */
function nextAttempt(node: TraceNode, last: TraceNode | undefined, nowMs: number): Segment[] {
  const endedAtMs = last?.endedAtMs;
  if (!isOpen(node) || endedAtMs === undefined) return [];
  const { status, dueAtMs } = node;
  const sinceMs = Math.max(nowMs, endedAtMs);
  const waited: Segment = { kind: "backoff", status, fromMs: endedAtMs, untilMs: sinceMs };
  if (dueAtMs === undefined || dueAtMs <= sinceMs) return [waited];
  return [waited, { kind: "planned", status, fromMs: sinceMs, untilMs: dueAtMs }];
}

function attemptSegments(node: TraceNode, nowMs: number): Segment[] {
  const { status, queuedAtMs } = node;
  const open = isOpen(node);
  const startedAtMs = node.startedAtMs ?? (open ? undefined : node.endedAtMs);
  const waiting = node.isRetry === true ? "backoff" : "queue";
  const segments: Segment[] = [];
  const queueEndMs = Math.max(startedAtMs ?? nowMs, queuedAtMs);
  segments.push({ kind: waiting, status, fromMs: queuedAtMs, untilMs: queueEndMs });
  if (startedAtMs !== undefined) {
    const endMs = Math.max(node.endedAtMs ?? (open ? nowMs : startedAtMs), startedAtMs);
    const kind = isWait(node) ? "wait" : "work";
    segments.push({ kind, status, fromMs: startedAtMs, untilMs: endMs });
  }
  if (open && node.dueAtMs !== undefined && node.dueAtMs > nowMs) {
    segments.push({ kind: "planned", status, fromMs: nowMs, untilMs: node.dueAtMs });
  }
  return segments;
}
