// The columns of the list of functions.
import type { FunctionStats, FunctionView } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Sparkline } from "../../components/sparkline.tsx";
import { Badge } from "../../components/status-badge.tsx";
import { visibleText } from "../../components/json-lines.ts";
import type { Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { TriggerList } from "../../components/trigger-text.tsx";
import { compactCount, countText, percentText } from "../../data/number-text.ts";
import { durationText } from "../../data/time-text.ts";

/** Below this share of completed runs a function is marked. */
const HEALTHY_FROM = 0.95;

export const FUNCTION_COLUMNS: readonly Column<FunctionView>[] = [
  {
    id: "name",
    title: "Function",
    sortBy: ({ name }) => name,
    cell: (fn) => <Name fn={fn} />,
  },
  {
    id: "triggers",
    title: "Trigger",
    phone: "hide",
    cell: ({ triggers }) => <TriggerList triggers={triggers} />,
  },
  {
    id: "app",
    title: "App",
    width: 110,
    phone: "hide",
    sortBy: ({ app }) => app.name,
    cell: ({ app }) => visibleText(app.name),
  },
  {
    id: "outcome",
    title: "Runs over time",
    width: 146,
    phone: "hide",
    cell: ({ stats }) => stats && <Outcome stats={stats} />,
  },
  {
    id: "runs",
    title: "Ended",
    width: 72,
    align: "right",
    sortBy: ({ stats }) => stats?.ended,
    cell: ({ stats }) =>
      stats && <span title={countText(stats.ended)}>{compactCount(stats.ended)}</span>,
  },
  {
    id: "active",
    title: "Active",
    width: 72,
    align: "right",
    phone: "hide",
    sortBy: ({ stats }) => stats?.active,
    cell: ({ stats }) => compactCount(stats?.active ?? 0),
  },
  {
    id: "success",
    title: "Success",
    width: 88,
    align: "right",
    sortBy: ({ stats }) => stats?.successRate,
    cell: ({ stats }) => <Share value={stats?.successRate} />,
  },
  {
    id: "p50",
    title: "p50",
    width: 92,
    align: "right",
    phone: "hide",
    sortBy: ({ stats }) => stats?.p50Ms,
    cell: ({ stats }) => durationOf(stats?.p50Ms),
  },
  {
    id: "p95",
    title: "p95",
    width: 92,
    align: "right",
    phone: "hide",
    sortBy: ({ stats }) => stats?.p95Ms,
    cell: ({ stats }) => durationOf(stats?.p95Ms),
  },
  {
    id: "failure",
    title: "Last failure",
    width: 120,
    phone: "hide",
    sortBy: ({ stats }) => stats?.lastFailure?.at,
    cell: ({ stats }) => <LastFailure stats={stats} />,
  },
];

function Name({ fn }: { fn: FunctionView }): ReactElement {
  return (
    <span className="row">
      <Link
        className="clip"
        to="/functions/$functionId"
        params={{ functionId: fn.slug }}
        title={visibleText(`${fn.name} (${fn.slug})`)}
      >
        {visibleText(fn.name)}
      </Link>
      {fn.isPaused && (
        <Badge tone="warn" icon="pause">
          Paused
        </Badge>
      )}
      {fn.overridden.length > 0 && (
        <span title={`Limits changed here, overriding the code: ${fn.overridden.join(", ")}`}>
          <Badge tone="calm" icon="edit">
            Limits
          </Badge>
        </span>
      )}
    </span>
  );
}

function Outcome({ stats }: { stats: FunctionStats }): ReactElement {
  const { completed, failed, cancelled } = stats;
  return (
    <Sparkline
      buckets={stats.buckets.map((bucket) => ({
        good: bucket.completed,
        bad: bucket.failed,
        other: bucket.cancelled,
      }))}
      label={`${completed} completed, ${failed} failed, ${cancelled} cancelled`}
    />
  );
}

function Share({ value }: { value: number | undefined }): ReactElement {
  if (value === undefined) return <span className="muted">–</span>;
  return <span className={value < HEALTHY_FROM ? "bad" : undefined}>{percentText(value)}</span>;
}

function durationOf(ms: number | undefined): ReactElement | string {
  return ms === undefined ? <span className="muted">–</span> : durationText(ms);
}

function LastFailure({ stats }: { stats: FunctionStats | undefined }): ReactElement {
  const failure = stats?.lastFailure;
  if (failure === undefined) return <span className="muted">None</span>;
  const { name, message } = failure.error ?? { name: "Failed", message: "" };
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: failure.runId }}
      title={visibleText(`${name}: ${message}`)}
    >
      <Time at={failure.at} />
    </Link>
  );
}
