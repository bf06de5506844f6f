// Pausing a function and resuming it. Pausing is asked back, because from then on its events start nothing.
import type { FunctionDetail } from "@everstep/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { toastDone, toastError } from "../../components/toast.tsx";
import { post } from "../../data/api-client.ts";

export function PauseButton({ fn }: { fn: FunctionDetail }): ReactElement {
  const [isAsking, setAsking] = useState(false);
  const cache = useQueryClient();
  const path = fn.isPaused
    ? ("/functions/{functionId}/resume" as const)
    : ("/functions/{functionId}/pause" as const);
  const change = useMutation({
    mutationFn: () => post(path, { params: { functionId: fn.id } }),
    onSuccess: ({ data: { isPaused } }) => {
      setAsking(false);
      toastDone(isPaused ? `${fn.name} is paused` : `${fn.name} runs again`);
      return cache.invalidateQueries();
    },
    onError: (error) => toastError(`${fn.name} could not be changed`, error),
  });
  if (fn.isPaused) {
    return (
      <Button icon="play" disabled={change.isPending} onClick={() => change.mutate()}>
        Resume
      </Button>
    );
  }
  return (
    <>
      <Button icon="pause" onClick={() => setAsking(true)}>
        Pause
      </Button>
      <Dialog
        title={`Pause ${fn.name}?`}
        open={isAsking}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button kind="primary" disabled={change.isPending} onClick={() => change.mutate()}>
              Pause
            </Button>
          </>
        }
      >
        <p>
          Until you resume it, its events and schedules start no run; each is recorded as skipped.
          Runs that have begun go on.
        </p>
      </Dialog>
    </>
  );
}
