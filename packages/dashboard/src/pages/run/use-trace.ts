// The trace of one run, kept current while it runs. Not among the queries that every change makes stale at once: a trace of
// ten thousand steps is read again at most once a second, however often the run changes.
import type { StreamMessage } from "@everstep/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import { onStreamMessage } from "../../data/live-updates.ts";
import { isOpen, type TraceNode } from "../../data/trace-node.ts";
import { traceQuery, type ReadTrace } from "./trace-query.ts";

const PAUSE_MS = 150;
const LONG_PAUSE_MS = 1_000;
const LONG_FROM_STEPS = 1_000;

export function useTrace(runId: string): {
  readonly trace: ReadTrace | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
} {
  const { data, error, refetch } = useQuery(traceQuery(runId));
  useFreshTrace(runId, data?.root);
  return { trace: data, error, retry: () => void refetch() };
}

function useFreshTrace(runId: string, root: TraceNode | undefined): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const readSoon = useEffectEvent((): void => {
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined;
        const { queryKey } = traceQuery(runId);
        const known = client.getQueryState(queryKey);
        // The answer on its way may be older than the change; the trace of an ended run is the last one.
        if (known?.fetchStatus === "fetching") readSoon();
        else if (known?.data === undefined || isOpen(known.data.root))
          void client.invalidateQueries({ queryKey }, { cancelRefetch: false });
      },
      (root?.children.length ?? 0) < LONG_FROM_STEPS ? PAUSE_MS : LONG_PAUSE_MS,
    );
  });
  const hear = useEffectEvent((message: StreamMessage): void => {
    if (isAbout(message, runId)) readSoon();
  });
  useEffect(() => {
    const stop = onStreamMessage((message) => hear(message));
    return () => {
      stop();
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, []);
}

function isAbout(message: StreamMessage, runId: string): boolean {
  if (message.type === "hello") return true;
  return (
    message.type === "runs" && (message.isPartial || message.runs.some(({ id }) => id === runId))
  );
}
