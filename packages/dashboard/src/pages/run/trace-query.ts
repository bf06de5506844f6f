// What the steps of a run are read by. Apart from the page, so that the router can ask while the page's code is still on its way.
import { queryOptions } from "@tanstack/react-query";
import { get } from "../../data/api-client.ts";
import { TRACE_KEY } from "../../data/live-updates.ts";
import { OF_THIS_ONLY } from "../../data/of-this-only.ts";
import { toTraceNode, type TraceNode } from "../../data/trace-node.ts";

export interface ReadTrace {
  readonly root: TraceNode;
  /** What to add to the browser's clock to have the server's. */
  readonly clockOffsetMs: number;
}

export function traceQuery(runId: string) {
  return queryOptions({
    queryKey: [TRACE_KEY, runId] as const,
    queryFn: async ({ signal }): Promise<ReadTrace> => {
      const { data, metadata } = await get("/runs/{runId}/trace", { params: { runId } }, signal);
      const clockOffsetMs = Date.parse(metadata.fetchedAt) - Date.now();
      return { root: toTraceNode(data.rootSpan), clockOffsetMs };
    },
    // Comparing ten thousand spans with those before costs more than drawing the rows that are seen.
    structuralSharing: false,
    ...OF_THIS_ONLY,
  });
}
