// Beside the waterfall while no step is chosen: what went in, what came out, and what the engine knows of the run.
import type { RunDetailView } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { ErrorNotice } from "../../../components/error-notice.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { KeyValue } from "../../../components/key-value.tsx";
import { Time } from "../../../components/time.tsx";
import { bytesText } from "../../../data/number-text.ts";
import { read } from "../../../data/queries.ts";
import { OF_THIS_ONLY } from "../../../data/of-this-only.ts";
import { RunError } from "./run-error.tsx";
import { Payload } from "./span-detail.tsx";
import { eventLink, runLink } from "./span-facts.tsx";

export function RunDetail({ run }: { run: RunDetailView }): ReactElement {
  return (
    <section className="detail" aria-label="The run">
      {run.error !== undefined && <RunError error={run.error} />}
      {run.output !== undefined && run.status === "COMPLETED" && (
        <Payload title="Result" value={run.output} />
      )}
      <Events runId={run.id} />
      <div className="detail__part">
        <h2>Facts</h2>
        <KeyValue items={factsOf(run)} />
      </div>
    </section>
  );
}

function Events({ runId }: { runId: string }): ReactElement | undefined {
  const { data, error, refetch } = useQuery({
    ...read("/runs/{runId}/events", { params: { runId } }),
    ...OF_THIS_ONLY,
    staleTime: Infinity,
  });
  if (error !== null) {
    return (
      <ErrorNotice
        title="The event could not be read"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  const events = data?.data ?? [];
  const [event] = events;
  if (event === undefined) return undefined;
  if (events.length > 1) {
    const payloads = events.map(({ id, name, data: payload }) => ({ id, name, data: payload }));
    return <Payload title={`${events.length} events`} value={payloads} />;
  }
  return (
    <div className="detail__part">
      <div className="row">
        <h2>Event</h2>
        {eventLink(event.internalId)}
      </div>
      <Payload title={visibleText(event.name)} value={event.data ?? null} />
    </div>
  );
}

function factsOf(run: RunDetailView): Parameters<typeof KeyValue>[0]["items"] {
  const keys = Object.entries(run.flow?.keys ?? {});
  const errors = Object.entries(run.flow?.keyErrors ?? {});
  return [
    ["Queued", <Time key="queued" at={run.queuedAt} exact />],
    ["Started", run.startedAt && <Time key="started" at={run.startedAt} exact />],
    ["Ended", run.endedAt && <Time key="ended" at={run.endedAt} exact />],
    [
      "Schedule",
      run.trigger.cronSchedule && <code key="cron">{visibleText(run.trigger.cronSchedule)}</code>,
    ],
    ["Batch", run.trigger.batchId],
    ["Cancelled because", run.endReason && visibleText(run.endReason)],
    ["Rerun of", run.originalRunId === undefined ? undefined : runLink(run.originalRunId)],
    ["Invoked by", run.parent === undefined ? undefined : runLink(run.parent.runId)],
    ["Calls to the app", run.attempts],
    ["Outputs kept", bytesText(run.stateBytes)],
    ["Function version", run.functionVersion],
    ["Priority", run.flow?.priority === undefined ? undefined : `${run.flow.priority} s`],
    ...[...keys, ...errors].map(
      ([expression, value]) =>
        [expression, <code key={expression}>{visibleText(value)}</code>] as const,
    ),
  ];
}
