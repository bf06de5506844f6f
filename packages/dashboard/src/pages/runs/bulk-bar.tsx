// What is selected and what can be done with it; while it is being done, how far it is and a way to stop.
import type { BulkBody, BulkJob, RunFilterInput } from "@everstep/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { toastError } from "../../components/toast.tsx";
import { post } from "../../data/api-client.ts";
import { countText } from "../../data/number-text.ts";
import { OF_THIS_ONLY } from "../../data/of-this-only.ts";
import { queryClient, read } from "../../data/queries.ts";

type Action = BulkBody["action"];

export interface BulkBarProps {
  ids: ReadonlySet<string>;
  /** Every run that matches the filter is meant, also those that were not loaded. */
  isAll: boolean;
  filter: RunFilterInput;
  /** Runs that match the filter. */
  total: number | undefined;
  allLoadedSelected: boolean;
  onAll: () => void;
  onNone: () => void;
}

export function BulkBar(props: BulkBarProps): ReactElement | undefined {
  const { ids, isAll, filter, total, onNone } = props;
  const [asked, setAsked] = useState<Action>();
  const [jobId, setJobId] = useState<string>();
  const start = useMutation({
    mutationFn: (action: Action) =>
      post("/bulk", { body: isAll ? { action, filter } : { action, runIds: [...ids] } }),
    onSuccess: ({ data }) => {
      setJobId(data.id);
      onNone();
    },
    onError: (error) => toastError("Nothing was started", error),
  });
  const count = isAll ? total : ids.size;
  const noun = count === 1 ? "run" : "runs";
  const what = count === undefined ? `all matching ${noun}` : `${countText(count)} ${noun}`;
  if (ids.size === 0 && !isAll) {
    return jobId === undefined ? undefined : (
      <BulkProgress jobId={jobId} onClose={() => setJobId(undefined)} />
    );
  }
  return (
    <div className="bulk" role="region" aria-label="Selected runs">
      <strong>{what} selected</strong>
      {props.allLoadedSelected && !isAll && total !== undefined && total > ids.size && (
        <Button kind="quiet" onClick={props.onAll}>
          Select all {countText(total)} that match
        </Button>
      )}
      <span className="bulk__space" />
      <Button kind="danger" icon="stop" onClick={() => setAsked("CANCEL")}>
        Cancel
      </Button>
      <Button icon="repeat" onClick={() => setAsked("RERUN")}>
        Rerun
      </Button>
      <Button kind="quiet" icon="close" iconOnly onClick={onNone}>
        Select none
      </Button>
      {asked !== undefined && (
        <Question
          action={asked}
          what={what}
          onClose={() => setAsked(undefined)}
          onYes={() => {
            setAsked(undefined);
            start.mutate(asked);
          }}
        />
      )}
    </div>
  );
}

function Question(props: {
  action: Action;
  what: string;
  onClose: () => void;
  onYes: () => void;
}): ReactElement {
  const isCancel = props.action === "CANCEL";
  return (
    <Dialog
      title={`${isCancel ? "Cancel" : "Rerun"} ${props.what}?`}
      open
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>Leave them</Button>
          <Button kind={isCancel ? "danger" : "primary"} onClick={props.onYes}>
            {isCancel ? "Cancel" : "Rerun"} {props.what}
          </Button>
        </>
      }
    >
      <p>
        {isCancel
          ? "Runs that have ended are left as they are. What a step is doing at this moment is finished, and nothing follows."
          : "Each becomes a new run with the same event. Limits of the functions hold for them as for any run."}
      </p>
    </Dialog>
  );
}

const ENDINGS: Readonly<Record<BulkJob["status"], string>> = {
  RUNNING: "",
  COMPLETED: "done",
  STOPPED: "stopped",
  FAILED: "failed",
};

function BulkProgress(props: { jobId: string; onClose: () => void }): ReactElement | undefined {
  const { jobId, onClose } = props;
  const query = read("/bulk/{bulkId}", { params: { bulkId: jobId } });
  const { data } = useQuery({
    ...query,
    ...OF_THIS_ONLY,
    // The stream tells of it; this is for a stream that was lost.
    refetchInterval: ({ state }) => (state.data?.data.status === "RUNNING" ? 1_000 : false),
  });
  const stop = useMutation({
    mutationFn: () => post("/bulk/{bulkId}/stop", { params: { bulkId: jobId } }),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: query.queryKey }),
    onError: (error) => toastError("It goes on", error),
  });
  const job = data?.data;
  if (job === undefined) return undefined;
  const isRunning = job.status === "RUNNING";
  return (
    <div className="bulk" role="status" aria-label="Bulk action">
      <strong>
        {job.action === "CANCEL" ? "Cancelling" : "Rerunning"}
        {isRunning ? "" : `: ${ENDINGS[job.status]}`}
      </strong>
      <progress
        className="bulk__progress"
        aria-label="Progress"
        max={Math.max(1, job.total ?? 1)}
        {...(job.total !== undefined && { value: job.done })}
      />
      <span>{progressText(job)}</span>
      {job.message !== undefined && <span className="bad">{visibleText(job.message)}</span>}
      <span className="bulk__space" />
      {isRunning ? (
        <Button icon="stop" disabled={stop.isPending} onClick={() => stop.mutate()}>
          Stop
        </Button>
      ) : (
        <Button kind="quiet" icon="close" iconOnly onClick={onClose}>
          Dismiss
        </Button>
      )}
    </div>
  );
}

function progressText({ done, total, succeeded, skipped, failed }: BulkJob): string {
  const of = total === undefined ? "" : ` of ${countText(total)}`;
  const parts = [
    `${countText(succeeded)} done`,
    skipped > 0 ? `${countText(skipped)} had ended` : "",
    failed > 0 ? `${countText(failed)} failed` : "",
  ];
  return `${countText(done)}${of}: ${parts.filter(Boolean).join(", ")}`;
}
