// One row of the waterfall: its name at its depth, its bars, how long it took. All of it is text and boxes; names are the
// app's own and are shown as they are.
import type { CSSProperties, ReactElement } from "react";
import { Icon } from "../../../components/icon.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { STATUS_LOOKS } from "../../../components/status-badge.tsx";
import { countText } from "../../../data/number-text.ts";
import { durationText } from "../../../data/time-text.ts";
import { segmentsOf } from "../trace/bar-segments.ts";
import { mergeBars } from "../trace/merged-bars.ts";
import type { TimeWindow } from "../trace/time-window.ts";
import { isOpen, type TraceNode } from "../../../data/trace-node.ts";
import type { WaterfallRow } from "../trace/waterfall-rows.ts";
import { MergedBars, SegmentBars } from "./bars.tsx";

/** More bars than this are not told apart on any screen. */
const GROUP_PIXELS = 800;

const KIND_NAMES: Readonly<Record<string, string>> = {
  SLEEP: "sleep",
  WAIT_FOR_EVENT: "wait for event",
  WAIT_FOR_SIGNAL: "wait for signal",
  INVOKE: "invoke",
  SEND_EVENT: "send event",
  AI_GATEWAY: "AI",
};

export interface RowViewProps {
  row: WaterfallRow;
  domId: string;
  isSelected: boolean;
  window: TimeWindow;
  /** When the run was queued. */
  originMs: number;
  nowMs: number;
  style: CSSProperties;
}

/** On the mark that folds and unfolds a row; clicks are heard by the tree. */
export const FOLD_MARK = "data-fold";

export function WaterfallRowView(props: RowViewProps): ReactElement {
  const { row, window, nowMs } = props;
  return (
    <div
      id={props.domId}
      role="treeitem"
      className="waterfall__row"
      style={props.style}
      aria-level={row.depth + 1}
      aria-posinset={row.position}
      aria-setsize={row.setSize}
      aria-selected={props.isSelected}
      {...(row.canUnfold && { "aria-expanded": row.isUnfolded })}
      tabIndex={-1}
      data-row={row.id}
    >
      <RowName row={row} originMs={props.originMs} />
      <span className="waterfall__track">
        {row.kind === "node" ? (
          <SegmentBars segments={segmentsOf(row.node, nowMs)} window={window} />
        ) : (
          <MergedBars
            bars={mergeBars(row.group.nodes, window, GROUP_PIXELS, nowMs)}
            window={window}
          />
        )}
      </span>
      <span className="waterfall__duration">{durationOf(row, nowMs)}</span>
    </div>
  );
}

function RowName({ row, originMs }: Pick<RowViewProps, "row" | "originMs">): ReactElement {
  const status = row.kind === "node" ? row.node.status : "COMPLETED";
  const { icon, tone, text } = STATUS_LOOKS[status];
  const label = visibleText(row.kind === "node" ? row.node.name : row.group.label);
  return (
    <span className="waterfall__name" style={{ paddingLeft: row.depth * 14 }}>
      <span className="waterfall__fold" {...{ [FOLD_MARK]: "" }}>
        {row.canUnfold && <Icon name={row.isUnfolded ? "down" : "right"} />}
      </span>
      <span className={`waterfall__status tone--${tone}`} title={text}>
        <Icon name={icon} {...(icon === "arc" && { className: "badge__turn" })} />
        <span className="visually-hidden">{text}: </span>
      </span>
      <span className="waterfall__label" title={label}>
        {label}
      </span>
      <span className="waterfall__kind">{kindOf(row, originMs)}</span>
    </span>
  );
}

function kindOf(row: WaterfallRow, originMs: number): string {
  if (row.kind === "group") return `${countText(row.group.nodes.length)} steps`;
  const { op, attempts = 1, kind, info } = row.node;
  // A rerun from a step keeps what the steps before it gave; they were done in another run.
  if (kind === "STEP" && (row.node.endedAtMs ?? originMs) < originMs) return "kept";
  const name = op === undefined ? "" : (KIND_NAMES[op] ?? "");
  if (kind === "ATTEMPT" && row.depth === 1) return "of the function";
  // It ended as asked, so it has not failed; but nobody came.
  if (info !== undefined && "isTimedOut" in info && info.isTimedOut === true) return "timed out";
  if (kind !== "STEP" || attempts < 2) return name;
  return `${name} ${attempts} attempts`.trim();
}

function durationOf(row: WaterfallRow, nowMs: number): string {
  if (row.kind === "node") return nodeDuration(row.node, nowMs);
  const { nodes } = row.group;
  const first = nodes[0];
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return "";
  const fromMs = first.startedAtMs ?? first.queuedAtMs;
  return durationText((last.endedAtMs ?? nowMs) - fromMs);
}

function nodeDuration(node: TraceNode, nowMs: number): string {
  const endMs = node.endedAtMs ?? (isOpen(node) ? nowMs : undefined);
  if (node.startedAtMs === undefined || endMs === undefined) return "";
  return durationText(endMs - node.startedAtMs);
}
