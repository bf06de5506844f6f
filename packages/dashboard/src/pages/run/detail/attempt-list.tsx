// The attempts of a step, one a line: how each ended, how long it took, and when the next one comes.
import type { ReactElement } from "react";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { Time } from "../../../components/time.tsx";
import { durationText } from "../../../data/time-text.ts";
import { isOpen, type TraceNode } from "../../../data/trace-node.ts";

export function AttemptList(props: {
  node: TraceNode;
  onSelect: (id: string) => void;
}): ReactElement | undefined {
  const attempts = props.node.children.filter(({ kind }) => kind === "ATTEMPT");
  if (attempts.length === 0) return undefined;
  return (
    <div className="detail__part">
      <h2>Attempts</h2>
      <ol className="attempts">
        {attempts.map((attempt) => (
          <li key={attempt.id}>
            <button type="button" onClick={() => props.onSelect(attempt.id)}>
              <span>{attempt.name}</span>
              <StatusBadge status={attempt.status} plain />
              <span className="muted">{whenOf(attempt)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function whenOf(attempt: TraceNode): ReactElement | string {
  const { startedAtMs, endedAtMs, dueAtMs } = attempt;
  if (isOpen(attempt) && startedAtMs === undefined && dueAtMs !== undefined) {
    return <Time at={new Date(dueAtMs).toISOString()} />;
  }
  if (startedAtMs === undefined || endedAtMs === undefined) return "";
  return durationText(endedAtMs - startedAtMs);
}
