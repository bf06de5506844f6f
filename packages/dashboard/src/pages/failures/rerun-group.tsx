// Runs every failed run of a group again, after a question, with progress and a way to stop.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import type { BulkJob, FailureGroup } from "@everstep/api";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { post } from "../../data/api-client.ts";
import { countText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";

export function RerunGroup(props: {
  group: FailureGroup;
  from: string;
  until: string;
}): ReactElement {
  const { group, from, until } = props;
  const [asks, setAsks] = useState(false);
  const starting = useMutation({
    mutationFn: () =>
      post("/bulk", {
        body: {
          action: "RERUN",
          failureFingerprint: group.fingerprint,
          filter: { from, until, functionId: [group.function.id] },
        },
      }),
    onSettled: () => setAsks(false),
  });
  const bulkId = starting.data?.data.id;
  if (bulkId !== undefined) return <Progress bulkId={bulkId} />;
  const runs = group.count === 1 ? "the run" : `all ${countText(group.count)} runs`;
  return (
    <div className="stack">
      {starting.isError && <ErrorNotice title="The runs were not started" error={starting.error} />}
      {asks ? (
        <div className="failure__question" role="group" aria-label="Run again?">
          <p>Each starts from the beginning, as a run of its own. What failed stays as it is.</p>
          <div className="row">
            <Button kind="primary" icon="repeat" ref={focusOnce} onClick={() => starting.mutate()}>
              {`Rerun ${runs}`}
            </Button>
            <Button onClick={() => setAsks(false)}>Not now</Button>
          </div>
        </div>
      ) : (
        <div className="row">
          <Button icon="repeat" onClick={() => setAsks(true)}>
            {`Rerun ${runs} …`}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The button that was pressed is gone: the keyboard goes on at the one that took its place. */
function focusOnce(button: HTMLButtonElement | null): void {
  button?.focus();
}

function Progress({ bulkId }: { bulkId: string }): ReactElement {
  const bulk = useQuery({
    ...read("/bulk/{bulkId}", { params: { bulkId } }),
    refetchInterval: ({ state }) => (state.data?.data.status === "RUNNING" ? 1_000 : false),
  });
  const stopping = useMutation({
    mutationFn: () => post("/bulk/{bulkId}/stop", { params: { bulkId } }),
  });
  const job = bulk.data?.data;
  return (
    <div className="failure__question" role="status">
      {bulk.isError && <ErrorNotice title="The progress could not be read" error={bulk.error} />}
      {job !== undefined && (
        <>
          <progress
            max={job.total ?? 1}
            value={job.total === undefined ? 0 : job.done}
            aria-label="Progress"
          />
          <p>{sentenceOf(job)}</p>
          {job.errors.map(({ runId, message }) => (
            <p key={runId} className="bad">
              <code>{runId}</code> {message}
            </p>
          ))}
          {job.status === "RUNNING" && (
            <div className="row">
              <Button icon="stop" onClick={() => stopping.mutate()}>
                Stop
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

function sentenceOf(job: BulkJob): string {
  const counts = [
    `${countText(job.succeeded)} started`,
    ...(job.skipped > 0 ? [`${countText(job.skipped)} skipped`] : []),
    ...(job.failed > 0 ? [`${countText(job.failed)} not started`] : []),
  ].join(", ");
  switch (job.status) {
    case "RUNNING":
      return `Running again: ${countText(job.done)} of ${job.total === undefined ? "…" : countText(job.total)}.`;
    case "COMPLETED":
      return `Done: ${counts}.`;
    case "STOPPED":
      return `Stopped: ${counts}.`;
    case "FAILED":
      return `It ended early (${job.message ?? "unknown"}): ${counts}.`;
  }
}
