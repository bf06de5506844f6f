// What can be done with a run. Each action says how it went; those that make a new run go to it.
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { toastDone, toastError } from "../../../components/toast.tsx";
import { post } from "../../../data/api-client.ts";
import { queryClient } from "../../../data/queries.ts";
import type { FromStep } from "./rerun-from-step-dialog.tsx";

export interface RunActions {
  readonly cancel: () => void;
  readonly rerun: (fromStep?: FromStep) => void;
  readonly invoke: (functionId: string, data: Record<string, unknown>) => void;
  /** Something was asked for and has not been answered. */
  readonly isBusy: boolean;
}

export function useRunActions(runId: string): RunActions {
  const navigate = useNavigate();
  const goTo = (newRunId: string): void =>
    void navigate({ to: "/runs/$runId", params: { runId: newRunId } });
  const cancel = useMutation({
    mutationFn: () => post("/runs/{runId}/cancel", { params: { runId }, body: {} }),
    onSuccess: () => {
      toastDone("Run cancelled");
      void queryClient.invalidateQueries();
    },
    onError: (error) => toastError("The run was not cancelled", error),
  });
  const rerun = useMutation({
    mutationFn: (fromStep: FromStep | undefined) =>
      post("/runs/{runId}/rerun", { params: { runId }, body: fromStep ? { fromStep } : {} }),
    onSuccess: ({ data }) => {
      toastDone("This is the new run");
      goTo(data.runId);
    },
    onError: (error) => toastError("The run was not started again", error),
  });
  const invoke = useMutation({
    mutationFn: ({ functionId, data }: { functionId: string; data: Record<string, unknown> }) =>
      post("/functions/{functionId}/invoke", { params: { functionId }, body: { data } }),
    onSuccess: ({ data }) => {
      toastDone("This is the new run");
      goTo(data.runId);
    },
    onError: (error) => toastError("The function was not invoked", error),
  });
  return {
    cancel: () => cancel.mutate(),
    rerun: (fromStep) => rerun.mutate(fromStep),
    invoke: (functionId, data) => invoke.mutate({ functionId, data }),
    isBusy: cancel.isPending || rerun.isPending || invoke.isPending,
  };
}
