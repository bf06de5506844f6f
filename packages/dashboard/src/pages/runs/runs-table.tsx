// The table of runs. While it is scrolled, new runs are told of and not put in above.
import type { Run } from "@everstep/api";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState, type ReactElement, type UIEvent } from "react";
import { Button } from "../../components/button.tsx";
import type { Selection } from "../../components/table-model.ts";
import { Table } from "../../components/table.tsx";
import { countText } from "../../data/number-text.ts";
import { holdBack } from "./held-rows.ts";
import { RUN_COLUMNS } from "./runs-columns.tsx";

/** Scrolled by less, the top of the list is still what one looks at. */
const READING_PX = 60;

export interface RunsTableProps {
  rows: readonly Run[];
  hidden: ReadonlySet<string>;
  selection: Selection;
  onEnd: () => void;
  footer: string;
}

export function RunsTable({ rows, ...rest }: RunsTableProps): ReactElement {
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);
  const [topId, setTopId] = useState<string>();
  const held = useMemo(() => holdBack(rows, topId), [rows, topId]);
  const onScroll = ({ target }: UIEvent): void => {
    const isReading = target instanceof Element && target.scrollTop > READING_PX;
    if (!isReading) setTopId(undefined);
    else if (topId === undefined) setTopId(rows[0]?.id);
  };
  const showNews = (): void => {
    setTopId(undefined);
    list.current?.querySelector(".table")?.scrollTo({ top: 0 });
  };
  return (
    <div ref={list} className="runs-list" onScrollCapture={onScroll}>
      {held.news > 0 && (
        <div className="runs-list__news" role="status">
          <Button kind="primary" icon="up" onClick={showNews}>
            {countText(held.news)} new {held.news === 1 ? "run" : "runs"}
          </Button>
        </div>
      )}
      <Table
        label="Runs"
        columns={RUN_COLUMNS}
        rows={held.rows}
        rowId={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: "/runs/$runId", params: { runId: id } })}
        {...rest}
      />
    </div>
  );
}
