// The steps of two runs, one a row, the left run's at the left. A row opens to its outputs, line beside line. Rows are virtual.
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useRef, useState, type ReactElement } from "react";
import { Icon } from "../../components/icon.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Badge, StatusBadge } from "../../components/status-badge.tsx";
import { OF_THIS_ONLY } from "../../data/of-this-only.ts";
import { read } from "../../data/queries.ts";
import { durationText } from "../../data/time-text.ts";
import type { TraceNode } from "../../data/trace-node.ts";
import type { DiffRow } from "./diff-steps.ts";
import { LineDiff } from "./line-diff.tsx";
import type { Sides } from "./use-outputs.ts";

const ROW_HEIGHT = 36;

const KINDS: Readonly<Record<DiffRow["kind"], string>> = {
  same: "same",
  changed: "different",
  only_left: "only left",
  only_right: "only right",
};

export function StepDiffRows(props: {
  rows: readonly DiffRow[];
  runIds: Sides;
  note: string | undefined;
}): ReactElement {
  const { rows, runIds, note } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [openId, setOpenId] = useState<string>();
  const getItemKey = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    getItemKey,
  });
  if (note !== undefined) return <p className="compare__note">{note}</p>;
  return (
    <div ref={scroller} className="step-diff" tabIndex={0} role="region" aria-label="Steps">
      <ul className="step-diff__all" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index];
          if (row === undefined) return undefined;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="step-diff__place"
              style={{ transform: `translateY(${start}px)` }}
            >
              <StepRow
                row={row}
                isOpen={row.id === openId}
                onToggle={() => setOpenId(row.id === openId ? undefined : row.id)}
              />
              {row.id === openId && <Outputs row={row} runIds={runIds} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function StepRow(props: { row: DiffRow; isOpen: boolean; onToggle: () => void }): ReactElement {
  const { row, isOpen, onToggle } = props;
  return (
    <button type="button" className="step-diff__row" aria-expanded={isOpen} onClick={onToggle}>
      <span className="step-diff__name">
        <Icon name={isOpen ? "down" : "right"} />
        <span className="clip">{visibleText(row.name)}</span>
      </span>
      <Side node={row.left} />
      <Side node={row.right} />
      <span className="step-diff__kind">
        <Badge tone={row.kind === "same" ? "calm" : "warn"} plain>
          {row.differences.length > 0 ? row.differences.join(", ") : KINDS[row.kind]}
        </Badge>
      </span>
    </button>
  );
}

function Side({ node }: { node: TraceNode | undefined }): ReactElement {
  if (node === undefined) return <span className="muted">–</span>;
  const { startedAtMs, endedAtMs, attempts = 1 } = node;
  const took =
    startedAtMs === undefined || endedAtMs === undefined
      ? ""
      : durationText(endedAtMs - startedAtMs);
  return (
    <span className="step-diff__side">
      <StatusBadge status={node.status} plain />
      <span className="muted">
        {took}
        {attempts > 1 ? `, ${attempts} attempts` : ""}
      </span>
    </span>
  );
}

function Outputs({ row, runIds }: { row: DiffRow; runIds: Sides }): ReactElement {
  const left = useOutput(runIds.left, row.left);
  const right = useOutput(runIds.right, row.right);
  return (
    <div className="step-diff__outputs">
      <LineDiff left={left} right={right} />
    </div>
  );
}

function useOutput(runId: string, node: TraceNode | undefined): unknown {
  const { data } = useQuery({
    ...read("/runs/{runId}/spans/{spanId}", { params: { runId, spanId: node?.id ?? "" } }),
    ...OF_THIS_ONLY,
    enabled: node?.hasOutput === true,
  });
  const error = data?.data.error;
  if (error !== undefined) return { error: { name: error.name, message: error.message } };
  return data?.data.output;
}
