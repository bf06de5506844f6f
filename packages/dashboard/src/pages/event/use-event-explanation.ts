// Why an event started what it started, read again whenever a run of it is new or has changed: a batch or a debounce makes
// its run later than the event, and no message names the event then.
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ApiAnswer } from "@everstep/api";
import { onStreamMessage } from "../../data/live-updates.ts";
import { read } from "../../data/queries.ts";

const GATHER_MS = 300;

export function useEventExplanation(eventId: string): UseQueryResult<ApiAnswer<"explainEvent">> {
  const explanation = useQuery(read("/events/{eventId}/explain", { params: { eventId } }));
  const { refetch } = explanation;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onStreamMessage(({ type }) => {
      if (type !== "runs" || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        void refetch({ cancelRefetch: false });
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [refetch]);
  return explanation;
}
