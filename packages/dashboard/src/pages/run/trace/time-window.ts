// The stretch of time that a waterfall shows, and how zooming, panning and live runs move it. Pure: the present is an
// argument. Invariant: a window lies inside its bounds and is never shorter than MIN_WINDOW_MS.

export interface TimeWindow {
  readonly fromMs: number;
  /** Always later than fromMs. */
  readonly untilMs: number;
}

/** Steps are recorded in milliseconds; a closer look shows nothing more. */
export const MIN_WINDOW_MS = 2;

/** The whole of a run, with a little room to the right, so that the last bar does not touch the edge. */
export function wholeWindow(startMs: number, endMs: number): TimeWindow {
  const spanMs = Math.max(endMs - startMs, MIN_WINDOW_MS);
  return { fromMs: startMs, untilMs: startMs + spanMs * 1.02 };
}

export function lengthOf(window: TimeWindow): number {
  return window.untilMs - window.fromMs;
}

/** 0 at the left edge, 1 at the right edge; outside the window less or more. */
export function fractionOf(window: TimeWindow, atMs: number): number {
  return (atMs - window.fromMs) / lengthOf(window);
}

export function timeAt(window: TimeWindow, fraction: number): number {
  return window.fromMs + fraction * lengthOf(window);
}

/** What is asked for, moved and shortened until it lies inside the bounds. */
export function clampWindow(wanted: TimeWindow, bounds: TimeWindow): TimeWindow {
  const length = Math.min(
    Math.max(lengthOf(wanted), MIN_WINDOW_MS),
    Math.max(lengthOf(bounds), MIN_WINDOW_MS),
  );
  const latestFromMs = Math.max(bounds.fromMs, bounds.untilMs - length);
  const fromMs = Math.min(Math.max(wanted.fromMs, bounds.fromMs), latestFromMs);
  return { fromMs, untilMs: fromMs + length };
}

/**
 * Zooms about one point, which keeps its place on the screen.
 * @param factor Below 1 looks closer, above 1 shows more.
 * @param anchor Fraction of the window that stays where it is, 0 to 1.
 */
export function zoomWindow(
  window: TimeWindow,
  bounds: TimeWindow,
  factor: number,
  anchor = 0.5,
): TimeWindow {
  const length = Math.max(lengthOf(window) * factor, MIN_WINDOW_MS);
  const fromMs = timeAt(window, anchor) - anchor * length;
  return clampWindow({ fromMs, untilMs: fromMs + length }, bounds);
}

/** @param share Of the window's length; negative moves towards the start of the run. */
export function panWindow(window: TimeWindow, bounds: TimeWindow, share: number): TimeWindow {
  const byMs = lengthOf(window) * share;
  return clampWindow({ fromMs: window.fromMs + byMs, untilMs: window.untilMs + byMs }, bounds);
}

/** The part of the run between two points of a drag, in either direction. */
export function windowBetween(oneMs: number, otherMs: number, bounds: TimeWindow): TimeWindow {
  return clampWindow(
    { fromMs: Math.min(oneMs, otherMs), untilMs: Math.max(oneMs, otherMs) },
    bounds,
  );
}

/** One span with a tenth of its length around it. */
export function windowAround(startMs: number, endMs: number, bounds: TimeWindow): TimeWindow {
  const marginMs = Math.max((endMs - startMs) * 0.1, MIN_WINDOW_MS / 2);
  return clampWindow({ fromMs: startMs - marginMs, untilMs: endMs + marginMs }, bounds);
}
