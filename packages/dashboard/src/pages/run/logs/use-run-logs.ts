// Lines of a run's logger, in the order of their times: those that are read so far, kept current by the live stream.
import type { LogLevelValue, LogLineView } from "@everstep/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { readPages } from "../../../data/queries.ts";

const PAGE_LINES = 1_000;

export interface RunLogs {
  /** Undefined until the first page has come. */
  readonly lines: readonly LogLineView[] | undefined;
  readonly error: Error | null;
  readonly retry: () => void;
  /** Reads on; nothing happens at the end or while a page is on its way. */
  readonly readOn: () => void;
  readonly hasMore: boolean;
}

export function useRunLogs(
  runId: string,
  filter: {
    readonly stepId?: string | undefined;
    readonly levels?: readonly LogLevelValue[] | undefined;
  },
): RunLogs {
  const { stepId, levels } = filter;
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    readPages("/runs/{runId}/logs", {
      params: { runId },
      query: {
        limit: PAGE_LINES,
        ...(stepId !== undefined && { stepId }),
        ...(levels !== undefined && { level: [...levels] }),
      },
    }),
  );
  // Lines come when their call has been answered: those of parallel steps step by step, not line by line.
  const lines = useMemo(() => data?.pages.flatMap((page) => page.data).toSorted(byTime), [data]);
  return {
    lines,
    error,
    retry: () => void refetch(),
    readOn: () => {
      if (hasNextPage && !isFetching) void fetchNextPage();
    },
    hasMore: hasNextPage,
  };
}

function byTime(left: LogLineView, right: LogLineView): number {
  if (left.at === right.at) return left.position - right.position;
  return left.at < right.at ? -1 : 1;
}
