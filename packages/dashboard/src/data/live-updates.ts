// What the server pushes makes answers in the cache stale, and those on screen are read afresh. Changes within a short
// while are taken together, and nothing is read twice at the same time: a busy engine must not turn into a busy page.
import { useSyncExternalStore } from "react";
import type { BulkJob, StreamMessage } from "@everstep/api";
import type { Query } from "@tanstack/react-query";
import { queryClient } from "./queries.ts";
import { openStream, type StreamState } from "./event-stream.ts";

const GATHER_MS = 150;
/** Statistics are costly to count and nobody watches them by the tenth of a second. */
const SLOW_GATHER_MS = 2_000;

type Group = "runs" | "events" | "names" | "apps" | "functions" | "statistics";

const GROUPS: Readonly<Record<Group, { paths: readonly string[]; gatherMs: number }>> = {
  runs: { paths: ["/runs", "/events/{eventId}/runs", "/bulk"], gatherMs: GATHER_MS },
  events: { paths: ["/events"], gatherMs: GATHER_MS },
  // Every event that there is counts for its name.
  names: { paths: ["/event-types"], gatherMs: SLOW_GATHER_MS },
  apps: { paths: ["/apps", "/functions", "/schedules"], gatherMs: GATHER_MS },
  functions: { paths: ["/functions", "/schedules"], gatherMs: GATHER_MS },
  statistics: {
    paths: ["/functions", "/failures", "/schedules", "/status", "/runs/count"],
    gatherMs: SLOW_GATHER_MS,
  },
};

/** Traces may be long, and know themselves when to be read again. */
export const TRACE_KEY = "trace";

const timers = new Map<Group, ReturnType<typeof setTimeout>>();
const changedRuns = new Set<string>();
let knowsEveryRun = true;
let state: StreamState = "connecting";
const stateListeners = new Set<() => void>();
const messageListeners = new Set<(message: StreamMessage) => void>();

/** Once, when the page starts. Returns what ends it. */
export function startLiveUpdates(): () => void {
  return openStream({
    onMessage: (message) => {
      take(message);
      for (const listener of messageListeners) listener(message);
    },
    onState: (next) => {
      state = next;
      for (const listener of stateListeners) listener();
    },
  });
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    () => state,
  );
}

/** Hears every message, e.g. to mark rows that just came. Returns what ends it. */
export function onStreamMessage(listener: (message: StreamMessage) => void): () => void {
  messageListeners.add(listener);
  return () => messageListeners.delete(listener);
}

function take(message: StreamMessage): void {
  switch (message.type) {
    case "hello":
      refreshAll();
      return;
    case "runs":
      for (const run of message.runs) changedRuns.add(run.id);
      if (message.isPartial) knowsEveryRun = false;
      gather("runs");
      gather("statistics");
      return;
    case "events":
      gather("events");
      gather("names");
      return;
    case "apps":
      gather("apps");
      return;
    case "functions":
      gather("functions");
      return;
    case "bulk":
      takeBulk(message.job);
  }
}

/**
 * What was read before the stream began may be old. Answers that are on their way may be, too: they are let through, since
 * the page waits for them, and asked for once more afterwards.
 */
function refreshAll(only?: ReadonlySet<string>): void {
  const predicate = ({ queryHash, queryKey }: Pick<Query, "queryHash" | "queryKey">): boolean =>
    queryKey[0] !== TRACE_KEY && (only?.has(queryHash) ?? true);
  const onTheirWay = queryClient.getQueryCache().findAll({ predicate, fetchStatus: "fetching" });
  void queryClient.invalidateQueries({ predicate }, { cancelRefetch: false });
  if (onTheirWay.length === 0) return;
  const hashes = new Set(onTheirWay.map(({ queryHash }) => queryHash));
  setTimeout(() => refreshAll(hashes), GATHER_MS);
}

function takeBulk(job: BulkJob): void {
  queryClient.setQueriesData<{ data: BulkJob }>(
    {
      predicate: ({ queryKey }) =>
        queryKey[0] === "/bulk/{bulkId}" && bulkIdOf(queryKey) === job.id,
    },
    (known) => known && { ...known, data: job },
  );
}

function bulkIdOf(key: readonly unknown[]): string | undefined {
  return (key[1] as { params?: { bulkId?: string } } | undefined)?.params?.bulkId;
}

function gather(group: Group): void {
  if (timers.has(group)) return;
  const { paths, gatherMs } = GROUPS[group];
  timers.set(
    group,
    setTimeout(() => {
      timers.delete(group);
      refresh(group, paths);
    }, gatherMs),
  );
}

function refresh(group: Group, paths: readonly string[]): void {
  const runs = group === "runs" ? takeChangedRuns() : undefined;
  const predicate = ({ queryKey }: { queryKey: readonly unknown[] }): boolean => {
    const [path, request] = queryKey as [string, { params?: { runId?: string } }?];
    if (!paths.some((each) => path === each || path.startsWith(`${each}/`))) return false;
    if (group === "runs" && path === "/runs/count") return false;
    const runId = request?.params?.runId;
    return runs === undefined || runId === undefined || runs.has(runId);
  };
  // An answer that is on its way may be older than the change: it is let through, and asked for once more afterwards.
  if (queryClient.isFetching({ predicate }) > 0) {
    for (const id of runs ?? []) changedRuns.add(id);
    gather(group);
  }
  void queryClient.invalidateQueries({ predicate }, { cancelRefetch: false });
}

/** Ids of the runs that changed since the last time; undefined when not every one is known. */
function takeChangedRuns(): ReadonlySet<string> | undefined {
  const runs = knowsEveryRun ? new Set(changedRuns) : undefined;
  changedRuns.clear();
  knowsEveryRun = true;
  return runs;
}
