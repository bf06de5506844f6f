// The steps of a run on a time axis: a tree for keyboard and screen reader, virtual rows for the eye. Rows that are not in
// view are not in the page; `aria-setsize` and `aria-posinset` tell of them.
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
} from "react";
import { useShortcuts } from "../../../app/shortcuts.ts";
import { Button } from "../../../components/button.tsx";
import {
  clampWindow,
  panWindow,
  wholeWindow,
  windowAround,
  zoomWindow,
  type TimeWindow,
} from "../trace/time-window.ts";
import { endOfTrace, type TraceNode } from "../../../data/trace-node.ts";
import { findSteps } from "../trace/find-steps.ts";
import { rowsToUnfold, waterfallRows, type WaterfallRow } from "../trace/waterfall-rows.ts";
import { GridLines, Overview, TimeAxis } from "./time-axis.tsx";
import { StepSearch, type StepSearchProps } from "./step-search.tsx";
import { useTrackWidth, useWheelZoom } from "./track.ts";
import { keyAction, type KeyAction } from "./waterfall-keys.ts";
import { FOLD_MARK, WaterfallRowView } from "./waterfall-row-view.tsx";
import "./waterfall.css";

const ROW_HEIGHT = 30;
const OVERSCAN = 8;

export interface WaterfallProps {
  root: TraceNode;
  nowMs: number;
  /** Id of a node or of a folded group. */
  selectedId: string;
  onSelect: (id: string) => void;
  /** Words of the steps to be shown; all of them when empty. */
  find: string;
  onFind: (text: string) => void;
}

export function Waterfall(props: WaterfallProps): ReactElement {
  const { root, nowMs, selectedId, onSelect, find, onFind } = props;
  const [toggled, setToggled] = useState(() => new Set(rowsToUnfold(root, selectedId)));
  const [zoomed, setZoomed] = useState<TimeWindow>();
  const found = useMemo(() => findSteps(root, find), [root, find]);
  const rows = useMemo(() => waterfallRows(found?.root ?? root, toggled), [found, root, toggled]);
  const bounds = useMemo(
    () => wholeWindow(root.queuedAtMs, endOfTrace(root, nowMs)),
    [root, nowMs],
  );
  const window = zoomed === undefined ? bounds : clampWindow(zoomed, bounds);
  const toggle = useCallback(
    (id: string): void =>
      setToggled((known) => {
        const next = new Set(known);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const zoom = (factor: number, anchor?: number): void =>
    setZoomed(zoomWindow(window, bounds, factor, anchor));
  const selectedAt = rows.findIndex(({ id }) => id === selectedId);
  const run = (action: KeyAction): void => {
    if (action.type === "move") onSelect(rows[action.to]?.id ?? selectedId);
    else if (action.type === "toggle") toggle(action.id);
    else if (action.type === "zoom") zoom(action.factor);
    else if (action.type === "pan") setZoomed(panWindow(window, bounds, action.share));
    else if (action.type === "whole") setZoomed(undefined);
    else setZoomed(closerTo(rows[selectedAt], bounds, nowMs));
  };
  useShortcuts({
    j: { does: "Next step", run: () => run({ type: "move", to: clampTo(rows, selectedAt + 1) }) },
    k: {
      does: "Previous step",
      run: () => run({ type: "move", to: clampTo(rows, selectedAt - 1) }),
    },
    "+": { does: "Look closer at the time axis", run: () => zoom(0.5) },
    "-": { does: "See more of the time axis", run: () => zoom(2) },
    "0": { does: "See the whole run", run: () => run({ type: "whole" }) },
    z: { does: "Look closer at the chosen step", run: () => run({ type: "closer" }) },
  });
  return (
    <section className="waterfall" aria-label="Steps">
      <div className="waterfall__head">
        <ZoomButtons zoom={zoom} onWhole={zoomed && (() => setZoomed(undefined))} />
        <Overview {...{ root, bounds, window, nowMs }} onWindow={setZoomed} />
      </div>
      <Rows
        {...{ rows, window, nowMs, selectedId, selectedAt, onSelect, toggle, zoom, run }}
        originMs={root.queuedAtMs}
        search={{ text: find, onText: onFind, found: found?.count }}
      />
    </section>
  );
}

/** @param onWhole Undefined while the whole run is shown. */
function ZoomButtons(props: {
  zoom: (factor: number) => void;
  onWhole: (() => void) | undefined;
}): ReactElement {
  const { zoom, onWhole } = props;
  return (
    <div className="waterfall__tools">
      <Button kind="quiet" iconOnly icon="plus" title="Look closer (+)" onClick={() => zoom(0.5)}>
        Look closer
      </Button>
      <Button kind="quiet" iconOnly icon="minus" title="See more (-)" onClick={() => zoom(2)}>
        See more
      </Button>
      <Button
        kind="quiet"
        disabled={onWhole === undefined}
        title="Whole run (0)"
        onClick={() => onWhole?.()}
      >
        Whole run
      </Button>
    </div>
  );
}

interface RowsProps {
  rows: readonly WaterfallRow[];
  window: TimeWindow;
  originMs: number;
  nowMs: number;
  selectedId: string;
  selectedAt: number;
  onSelect: (id: string) => void;
  toggle: (id: string) => void;
  zoom: (factor: number, anchor?: number) => void;
  run: (action: KeyAction) => void;
  search: Omit<StepSearchProps, "onLeave">;
}

function Rows(props: RowsProps): ReactElement {
  const { rows, window, nowMs, selectedId, selectedAt } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLDivElement>(null);
  const baseId = useId();
  const widthPx = useTrackWidth(axis);
  useWheelZoom(scroller, axis, props.zoom, (share) => props.run({ type: "pan", share }));
  // The same function for the same rows: another one makes the virtualizer measure all of them again.
  const getItemKey = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey,
  });
  useEffect(() => {
    if (selectedAt >= 0) virtual.scrollToIndex(selectedAt, { align: "auto" });
    // Only a new selection scrolls; rows that come in while the run goes on do not.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [selectedId]);
  const axisProps = { window, originMs: props.originMs, widthPx };
  const domIdOf = (index: number): string => `${baseId}-${index}`;
  return (
    <>
      <div className="waterfall__axis-row">
        <StepSearch {...props.search} onLeave={(to) => leaveSearch(to, scroller.current, props)} />
        <div ref={axis} className="waterfall__track">
          <TimeAxis {...axisProps} />
        </div>
        <span className="waterfall__duration muted">Took</span>
      </div>
      <div
        ref={scroller}
        className="waterfall__rows"
        role="tree"
        aria-label="Steps of the run"
        tabIndex={0}
        {...(selectedAt >= 0 && { "aria-activedescendant": domIdOf(selectedAt) })}
        {...rowEvents(props)}
      >
        <div
          role="presentation"
          className="waterfall__all"
          style={{ height: virtual.getTotalSize() }}
        >
          <GridLines {...axisProps} />
          {props.search.found === 0 && <NoneFound />}
          {virtual.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index];
            if (row === undefined) return undefined;
            return (
              <WaterfallRowView
                key={key}
                row={row}
                domId={domIdOf(index)}
                isSelected={row.id === selectedId}
                window={window}
                originMs={props.originMs}
                nowMs={nowMs}
                style={{ transform: `translateY(${start}px)` }}
              />
            );
          })}
        </div>
      </div>
    </>
  );
}

/** Into the steps, to the first that was found: the run itself stands above it. */
function leaveSearch(
  to: "first" | "steps",
  tree: HTMLElement | null,
  { rows, onSelect }: RowsProps,
): void {
  tree?.focus();
  const first = rows[1]?.id;
  if (to === "first" && first !== undefined) onSelect(first);
}

function NoneFound(): ReactElement {
  return (
    <p className="waterfall__none muted">
      No step matches. Words find names, and what steps are: failed, waiting, sleep, retried.
    </p>
  );
}

function clampTo(rows: readonly WaterfallRow[], index: number): number {
  return Math.min(Math.max(index, 0), rows.length - 1);
}

/** One click chooses, one on the mark or two anywhere fold and unfold; keys are those of waterfall-keys.ts. */
function rowEvents({ rows, selectedAt, toggle, onSelect, run }: RowsProps) {
  const mayFold = (id: string | undefined): id is string =>
    rows.some((row) => row.id === id && row.canUnfold);
  return {
    onClick: (event: MouseEvent): void => {
      const id = rowIdAt(event);
      const isFold = (event.target as Element).closest(`[${FOLD_MARK}]`) !== null;
      if (isFold && mayFold(id)) toggle(id);
      else if (id !== undefined) onSelect(id);
    },
    onDoubleClick: (event: MouseEvent): void => {
      const id = rowIdAt(event);
      if (mayFold(id)) toggle(id);
    },
    onKeyDown: (event: KeyboardEvent): void => {
      const action = keyAction(event, rows, selectedAt);
      if (action === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      run(action);
    },
  };
}

function rowIdAt(event: MouseEvent): string | undefined {
  return (event.target as Element).closest<HTMLElement>("[data-row]")?.dataset["row"];
}

function closerTo(
  row: WaterfallRow | undefined,
  bounds: TimeWindow,
  nowMs: number,
): TimeWindow | undefined {
  if (row === undefined) return undefined;
  const nodes = row.kind === "node" ? [row.node] : row.group.nodes;
  const fromMs = nodes[0]?.queuedAtMs ?? bounds.fromMs;
  return windowAround(fromMs, nodes.at(-1)?.endedAtMs ?? nowMs, bounds);
}
