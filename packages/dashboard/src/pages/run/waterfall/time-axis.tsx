// The time axis over the rows, and the overview of the whole run: dragging over either looks closer at that stretch.
import { useMemo, useRef, useState, type PointerEvent, type ReactElement } from "react";
import { axisTicks, type AxisTick } from "../trace/axis-ticks.ts";
import { mergeBars } from "../trace/merged-bars.ts";
import { fractionOf, timeAt, windowBetween, type TimeWindow } from "../trace/time-window.ts";
import type { TraceNode } from "../../../data/trace-node.ts";
import { MergedBars } from "./bars.tsx";

const PIXELS_PER_TICK = 110;
const OVERVIEW_PIXELS = 600;
/** A drag over less is a click. */
const DRAG_MIN = 0.005;

/** Room for a label, so that none is cut at the right edge. */
const LABEL_PIXELS = 60;

export interface AxisProps {
  window: TimeWindow;
  originMs: number;
  widthPx: number;
}

export function TimeAxis(props: AxisProps): ReactElement {
  const { window, widthPx } = props;
  const ticks = ticksOf(props).filter(
    ({ atMs }) => (1 - fractionOf(window, atMs)) * widthPx > LABEL_PIXELS,
  );
  return (
    <div className="waterfall__axis" aria-hidden="true">
      {ticks.map(({ atMs, label }) => (
        <span
          key={atMs}
          className="waterfall__tick"
          style={{ left: `${fractionOf(window, atMs) * 100}%` }}
        >
          {label}
        </span>
      ))}
    </div>
  );
}

/** The same marks as lines behind the rows. */
export function GridLines(props: AxisProps): ReactElement {
  return (
    <div className="waterfall__grid" aria-hidden="true">
      <span />
      <span className="waterfall__track">
        {ticksOf(props).map(({ atMs }) => (
          <span
            key={atMs}
            className="waterfall__line"
            style={{ left: `${fractionOf(props.window, atMs) * 100}%` }}
          />
        ))}
      </span>
    </div>
  );
}

function ticksOf({ window, originMs, widthPx }: AxisProps): readonly AxisTick[] {
  return axisTicks(window, originMs, Math.max(2, Math.floor(widthPx / PIXELS_PER_TICK)));
}

export interface OverviewProps {
  root: TraceNode;
  bounds: TimeWindow;
  window: TimeWindow;
  nowMs: number;
  onWindow: (window: TimeWindow | undefined) => void;
}

export function Overview({ root, bounds, window, nowMs, onWindow }: OverviewProps): ReactElement {
  const bars = useMemo(
    () => mergeBars(root.children, bounds, OVERVIEW_PIXELS, nowMs),
    [root, bounds, nowMs],
  );
  const drag = useDrag((from, until) => {
    if (until - from < DRAG_MIN) onWindow(undefined);
    else onWindow(windowBetween(timeAt(bounds, from), timeAt(bounds, until), bounds));
  });
  const shade = drag.span ?? {
    from: fractionOf(bounds, window.fromMs),
    until: fractionOf(bounds, window.untilMs),
  };
  const isWhole = shade.from <= 0 && shade.until >= 1;
  return (
    <div
      className="waterfall__overview"
      title="Drag to look closer, click to see the whole run"
      aria-hidden="true"
      {...drag.handlers}
    >
      <MergedBars bars={bars} window={bounds} />
      {!isWhole && (
        <span
          className="waterfall__shade"
          style={{ left: `${shade.from * 100}%`, width: `${(shade.until - shade.from) * 100}%` }}
        />
      )}
    </div>
  );
}

interface DragSpan {
  readonly from: number;
  readonly until: number;
}

/** Fractions of the element's width, in order. */
function useDrag(onEnd: (from: number, until: number) => void) {
  const [span, setSpan] = useState<DragSpan>();
  const startedAt = useRef<number>(undefined);
  const at = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
  };
  const spanTo = (fraction: number): DragSpan => {
    const start = startedAt.current ?? fraction;
    return { from: Math.min(start, fraction), until: Math.max(start, fraction) };
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      event.currentTarget.setPointerCapture(event.pointerId);
      startedAt.current = at(event);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      if (startedAt.current !== undefined) setSpan(spanTo(at(event)));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>): void => {
      if (startedAt.current === undefined) return;
      const { from, until } = spanTo(at(event));
      startedAt.current = undefined;
      setSpan(undefined);
      onEnd(from, until);
    },
    onPointerCancel: (): void => {
      startedAt.current = undefined;
      setSpan(undefined);
    },
  };
  return { span, handlers };
}
