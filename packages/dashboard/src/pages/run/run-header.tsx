// The head of the run page: what it is and how it stands.
import type { RunDetailView } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { KeyValue } from "../../components/key-value.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { Duration, Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";
import { durationText } from "../../data/time-text.ts";

/** The title of the page: the function, and how the run stands. */
export function RunHeading({ run }: { run: RunDetailView }): ReactElement {
  return (
    <span className="run-heading">
      <Link to="/functions/$functionId" params={{ functionId: run.function.slug }}>
        {visibleText(run.function.name)}
      </Link>
      <StatusBadge status={run.status} />
    </span>
  );
}

export function RunFacts({ run }: { run: RunDetailView }): ReactElement {
  return (
    <>
      <KeyValue inline items={factsOf(run)} />
      {run.skip !== undefined && <p className="muted">{skipSentence(run)}</p>}
    </>
  );
}

function factsOf(run: RunDetailView): readonly (readonly [string, ReactNode])[] {
  return [
    [
      "Run",
      <span key="id" className="run-id">
        <span className="mono">{run.id}</span>
        <CopyButton text={run.id} label="Copy run id" />
      </span>,
    ],
    ["Trigger", triggerOf(run)],
    ["App", visibleText(run.app.name)],
    ["Queued", <Time key="queued" at={run.queuedAt} />],
    ["In queue", run.queueMs === undefined ? undefined : durationText(run.queueMs)],
    ["Duration", durationOf(run)],
    ["Steps", countText(run.stepCount)],
    ["Calls", countText(run.attempts)],
  ];
}

function durationOf(run: RunDetailView): ReactNode {
  if (run.durationMs !== undefined) return durationText(run.durationMs);
  if (run.startedAt === undefined || run.endedAt !== undefined) return undefined;
  return <Duration from={run.startedAt} />;
}

function triggerOf({ trigger, parent }: RunDetailView): ReactNode {
  if (parent !== undefined) {
    return (
      <Link
        to="/runs/$runId"
        params={{ runId: parent.runId }}
        search={{ span: parent.stepId && `step:${parent.stepId}` }}
      >
        invoked by …{parent.runId.slice(-10)}
      </Link>
    );
  }
  if (trigger.cronSchedule !== undefined) return <code>{visibleText(trigger.cronSchedule)}</code>;
  const [eventId] = trigger.eventIds;
  const name = visibleText(trigger.eventName ?? "event");
  const label = trigger.isBatch ? `${name} ×${trigger.eventIds.length}` : name;
  if (eventId === undefined) return label;
  return (
    <Link to="/events/$eventId" params={{ eventId }}>
      {label}
    </Link>
  );
}

function skipSentence({ skip }: RunDetailView): ReactNode {
  if (skip?.reason !== "SINGLETON")
    return "It never ran: the function was paused when its event came.";
  return (
    <>
      It never ran: the function is a singleton, and another run held its place.{" "}
      {skip.byRunId !== undefined && (
        <Link to="/runs/$runId" params={{ runId: skip.byRunId }}>
          See that run
        </Link>
      )}
    </>
  );
}
