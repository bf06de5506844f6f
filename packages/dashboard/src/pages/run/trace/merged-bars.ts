// One bar for many steps: what a folded group and the overview draw. Steps that would share a pixel are drawn as one, so the
// number of rectangles depends on the width of the screen and not on the number of steps. Pure.
import type { SpanStatusValue } from "@everstep/api";
import { isOpen, isWait, type TraceNode } from "../../../data/trace-node.ts";
import { lengthOf, type TimeWindow } from "./time-window.ts";

export interface MergedBar {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of the step in it that asks for most attention. */
  readonly status: SpanStatusValue;
  readonly waits: boolean;
  readonly count: number;
}

const ATTENTION: Readonly<Record<SpanStatusValue, number>> = {
  FAILED: 7,
  CANCELLED: 6,
  RUNNING: 5,
  WAITING: 4,
  QUEUED: 3,
  SKIPPED: 1,
  COMPLETED: 0,
};

/**
 * @param nodes In order of their start, as traces have them; others are drawn as more bars than needed.
 * @param pixels Width of the window on the screen.
 */
export function mergeBars(
  nodes: readonly TraceNode[],
  window: TimeWindow,
  pixels: number,
  nowMs: number,
): readonly MergedBar[] {
  const pixelMs = lengthOf(window) / Math.max(1, pixels);
  const merged: MergedBar[] = [];
  for (const node of nodes) {
    const bar = barOf(node, nowMs);
    if (bar.untilMs < window.fromMs || bar.fromMs > window.untilMs) continue;
    const last = merged.at(-1);
    if (last !== undefined && last.waits === bar.waits && bar.fromMs <= last.untilMs + pixelMs) {
      merged[merged.length - 1] = join(last, bar);
    } else merged.push(bar);
  }
  return merged;
}

/** The one that people have to see first. */
function worstStatus(one: SpanStatusValue, other: SpanStatusValue): SpanStatusValue {
  return ATTENTION[one] >= ATTENTION[other] ? one : other;
}

function barOf(node: TraceNode, nowMs: number): MergedBar {
  const fromMs = node.startedAtMs ?? node.queuedAtMs;
  const untilMs = Math.max(fromMs, node.endedAtMs ?? (isOpen(node) ? nowMs : fromMs));
  return { fromMs, untilMs, status: node.status, waits: isWait(node), count: 1 };
}

function join(one: MergedBar, other: MergedBar): MergedBar {
  return {
    fromMs: Math.min(one.fromMs, other.fromMs),
    untilMs: Math.max(one.untilMs, other.untilMs),
    status: worstStatus(one.status, other.status),
    waits: one.waits,
    count: one.count + other.count,
  };
}
