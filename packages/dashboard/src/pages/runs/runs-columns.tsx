// The cells of the runs table. Everything that an app or a sender named is shown as text.
import type { Run } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { visibleText } from "../../components/json-lines.ts";
import { StatusBadge } from "../../components/status-badge.tsx";
import type { Column } from "../../components/table-model.ts";
import { Duration, Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";
import { durationText } from "../../data/time-text.ts";
import { COLUMN_TITLES, type ColumnId } from "./columns.ts";

type Look = Omit<Column<Run>, "id" | "title">;

const LOOKS: Readonly<Record<ColumnId, Look>> = {
  status: { width: 124, cell: ({ status }) => <StatusBadge status={status} plain /> },
  function: { cell: ({ function: { name } }) => clip(name) },
  run: {
    width: 128,
    phone: "hide",
    cell: ({ id }) => (
      <Link to="/runs/$runId" params={{ runId: id }} className="mono" title={id}>
        …{id.slice(-10)}
      </Link>
    ),
  },
  app: { width: 120, phone: "hide", cell: ({ app }) => clip(app.name) },
  trigger: { phone: "hide", cell: (run) => clip(triggerText(run)) },
  queued: { width: 96, cell: ({ queuedAt }) => <Time at={queuedAt} /> },
  started: { width: 96, phone: "hide", cell: ({ startedAt }) => time(startedAt) },
  ended: { width: 96, phone: "hide", cell: ({ endedAt }) => time(endedAt) },
  queue: {
    width: 96,
    align: "right",
    phone: "hide",
    cell: ({ queueMs }) => (queueMs === undefined ? "" : durationText(queueMs)),
  },
  duration: { width: 104, align: "right", phone: "hide", cell: duration },
  steps: {
    width: 72,
    align: "right",
    phone: "hide",
    cell: ({ stepCount }) => countText(stepCount),
  },
  error: { phone: "hide", cell: whyText },
};

export const RUN_COLUMNS: readonly Column<Run>[] = Object.entries(COLUMN_TITLES).map(
  ([id, title]) => ({ id, title, ...LOOKS[id as ColumnId] }),
);

function clip(text: string): ReactNode {
  const visible = visibleText(text);
  return (
    <span className="clip" title={visible}>
      {visible}
    </span>
  );
}

function time(at: string | undefined): ReactNode {
  return at === undefined ? "" : <Time at={at} />;
}

function duration({ durationMs, startedAt, endedAt }: Run): ReactNode {
  if (durationMs !== undefined) return durationText(durationMs);
  return startedAt === undefined || endedAt !== undefined ? "" : <Duration from={startedAt} />;
}

function triggerText({ trigger }: Run): string {
  if (trigger.cronSchedule !== undefined) return trigger.cronSchedule;
  const name = trigger.eventName ?? "";
  return trigger.isBatch ? `${name} ×${trigger.eventIds.length}` : name;
}

function whyText({ error, endReason, skip }: Run): ReactNode {
  if (error !== undefined) return <span className="bad">{clip(error.message)}</span>;
  if (skip !== undefined) return skip.reason === "PAUSED" ? "function paused" : "singleton busy";
  return endReason === undefined ? "" : clip(endReason);
}
