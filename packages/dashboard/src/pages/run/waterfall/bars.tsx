// The bars of one row, placed in per cent of the window. What lies outside is left out, what is shorter than a pixel is drawn
// two pixels wide, so that a quick step is never invisible.
import type { ReactElement } from "react";
import type { Segment } from "../trace/bar-segments.ts";
import type { MergedBar } from "../trace/merged-bars.ts";
import { fractionOf, type TimeWindow } from "../trace/time-window.ts";

export function SegmentBars(props: {
  segments: readonly Segment[];
  window: TimeWindow;
}): ReactElement {
  return (
    <>
      {props.segments.map((segment) => (
        <Bar
          key={`${segment.kind} ${segment.fromMs} ${segment.untilMs}`}
          span={segment}
          window={props.window}
          className={`bar bar--${segment.kind} bar--${segment.status.toLowerCase()}`}
        />
      ))}
    </>
  );
}

export function MergedBars(props: {
  bars: readonly MergedBar[];
  window: TimeWindow;
}): ReactElement {
  return (
    <>
      {props.bars.map((bar) => (
        <Bar
          key={`${bar.waits} ${bar.fromMs} ${bar.untilMs}`}
          span={bar}
          window={props.window}
          className={`bar bar--${bar.waits ? "wait" : "work"} bar--${bar.status.toLowerCase()}`}
        />
      ))}
    </>
  );
}

function Bar(props: {
  span: { readonly fromMs: number; readonly untilMs: number };
  window: TimeWindow;
  className: string;
}): ReactElement | undefined {
  const from = fractionOf(props.window, props.span.fromMs);
  const until = fractionOf(props.window, props.span.untilMs);
  if (until < 0 || from > 1) return undefined;
  const left = Math.max(0, from);
  const width = Math.min(1, until) - left;
  return (
    <span
      className={props.className}
      style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
    />
  );
}
