// The newest runs of a function; the page Runs has the rest, with filters.
import type { FunctionDetail, Run } from "@everstep/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, type ReactElement } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Table, type Column } from "../../components/table.tsx";
import { Duration, Time } from "../../components/time.tsx";
import { readPages } from "../../data/queries.ts";

const COLUMNS: readonly Column<Run>[] = [
  {
    id: "status",
    title: "Status",
    width: 116,
    cell: ({ status }) => <StatusBadge status={status} plain />,
  },
  {
    id: "id",
    title: "Run",
    cell: ({ id }) => (
      <Link className="mono" to="/runs/$runId" params={{ runId: id }}>
        {id}
      </Link>
    ),
  },
  {
    id: "trigger",
    title: "Trigger",
    phone: "hide",
    cell: ({ trigger }) => (
      <code>{visibleText(trigger.eventName ?? trigger.cronSchedule ?? "")}</code>
    ),
  },
  { id: "queued", title: "Queued", width: 110, cell: ({ queuedAt }) => <Time at={queuedAt} /> },
  {
    id: "duration",
    title: "Duration",
    width: 110,
    align: "right",
    phone: "hide",
    cell: ({ startedAt, endedAt }) =>
      startedAt === undefined ? "–" : <Duration from={startedAt} until={endedAt ?? null} />,
  },
];

export function RunsTab({ fn }: { fn: FunctionDetail }): ReactElement {
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    readPages("/runs", { query: { functionId: [fn.id], limit: 50 } }),
  );
  const navigate = useNavigate();
  const runs = useMemo(() => data?.pages.flatMap((page) => page.data), [data]);
  if (error !== null) {
    return (
      <ErrorNotice
        title="The runs could not be loaded"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (runs?.length === 0) {
    return (
      <EmptyState icon="runs" title="It has not run yet">
        Send an event that triggers it, or invoke it.
      </EmptyState>
    );
  }
  return (
    <div className="function-runs">
      <Link to="/runs" search={{ fn: [fn.slug] }}>
        All runs with filters
      </Link>
      <Table
        label="Runs of this function"
        columns={COLUMNS}
        rows={runs ?? []}
        rowId={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: "/runs/$runId", params: { runId: id } })}
        onEnd={hasNextPage && !isFetching ? () => void fetchNextPage() : undefined}
      />
    </div>
  );
}
