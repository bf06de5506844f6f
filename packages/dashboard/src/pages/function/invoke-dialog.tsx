// Starts one run with a payload: that of the last event to begin with, so that one field can be changed and tried.
import type { FunctionDetail } from "@everstep/api";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { JsonEditor, parseJsonObject, type JsonObject } from "../../components/json-editor.tsx";
import { ApiError, post } from "../../data/api-client.ts";

export function InvokeDialog(props: { fn: FunctionDetail; onClose: () => void }): ReactElement {
  const { fn, onClose } = props;
  const navigate = useNavigate();
  const [text, setText] = useState(() => JSON.stringify(fn.lastEvent?.data ?? {}, undefined, 2));
  const parsed = parseJsonObject(text);
  const invoke = useMutation({
    mutationFn: (data: JsonObject) =>
      post("/functions/{functionId}/invoke", { params: { functionId: fn.id }, body: { data } }),
    onSuccess: ({ data: { runId } }) => void navigate({ to: "/runs/$runId", params: { runId } }),
  });
  const submit = (): void => {
    if ("value" in parsed && !invoke.isPending) invoke.mutate(parsed.value);
  };
  return (
    <Dialog
      title={`Invoke ${fn.name}`}
      size="wide"
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            icon="play"
            disabled={invoke.isPending || "problem" in parsed}
            onClick={submit}
          >
            Invoke
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="muted">
          {fn.lastEvent === undefined
            ? "Starts one run with this as event.data, whatever its triggers say."
            : `Starts one run with this as event.data. It begins with that of the newest run (${fn.lastEvent.name}).`}
        </p>
        <JsonEditor label="event.data" text={text} onChange={setText} onSubmit={submit} />
        {invoke.error !== null && <Refused error={invoke.error} />}
      </div>
    </Dialog>
  );
}

/** Some refusals are about another run, which is worth a look. */
function Refused({ error }: { error: Error }): ReactElement {
  const runId = error instanceof ApiError ? error.runId : undefined;
  return (
    <>
      <ErrorNotice title="It was not invoked" error={error} />
      {runId !== undefined && (
        <Link to="/runs/$runId" params={{ runId }}>
          Show that run
        </Link>
      )}
    </>
  );
}
