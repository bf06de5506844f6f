// The runs that an event started, one line each.
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { Run } from "@everstep/api";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Duration } from "../../components/time.tsx";
import "./event.css";

export function EventRuns({ runs }: { runs: readonly Run[] }): ReactElement | undefined {
  if (runs.length === 0) return undefined;
  return (
    <ul className="event-runs" aria-label="Runs of this event">
      {runs.map((run) => (
        <li key={run.id}>
          <StatusBadge status={run.status} />
          <Link to="/runs/$runId" params={{ runId: run.id }}>
            {run.function.name}
          </Link>
          <span className="muted">
            <Duration
              from={run.queuedAt}
              {...(run.endedAt !== undefined && { until: run.endedAt })}
            />
          </span>
        </li>
      ))}
    </ul>
  );
}
