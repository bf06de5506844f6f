// Runs that are likely to be needed again soon. Everything in here is durable between two batches, so any entry may go at
// any time then; within a batch the entries that the batch touched must stay.
import type { LoadedRun, Store } from "@everstep/core";

/** A waiting or sleeping run is not kept; these bound the busy ones. */
const RUNS_MAX = 4_000;
const BYTES_MAX = 64 * 1024 * 1024;
/** Counting bytes walks through every run, so it is done once in this many batches. */
const BATCHES_PER_COUNT = 256;
/** Rough cost of a run besides its payloads. */
const RUN_BYTES = 1_024;

export interface RunCache {
  /** From memory or the store; undefined when there is no such run. */
  get(runId: string): Promise<LoadedRun | undefined>;
  /** From memory only; counts as a use. */
  use(runId: string): LoadedRun | undefined;
  /** From memory only. */
  peek(runId: string): LoadedRun | undefined;
  /** Loads runs that are not in memory. */
  load(runIds: readonly string[]): Promise<void>;
  put(run: LoadedRun): void;
  delete(runId: string): void;
  /** Drops the least recently used entries beyond the bounds. */
  trim(): void;
  readonly size: number;
}

export function createRunCache(store: Store): RunCache {
  const runs = new Map<string, LoadedRun>();
  let batches = 0;
  const use = (runId: string): LoadedRun | undefined => {
    const known = runs.get(runId);
    if (known === undefined) return undefined;
    runs.delete(runId);
    runs.set(runId, known);
    return known;
  };
  return {
    use,
    get size() {
      return runs.size;
    },
    async get(runId) {
      const known = use(runId);
      if (known !== undefined) return known;
      const [loaded] = await store.loadRuns([runId]);
      const newer = runs.get(runId);
      if (newer !== undefined || loaded === undefined) return newer;
      runs.set(runId, loaded);
      return loaded;
    },
    peek: (runId) => runs.get(runId),
    async load(runIds) {
      const missing = runIds.filter((runId) => !runs.has(runId));
      if (missing.length === 0) return;
      for (const run of await store.loadRuns(missing)) {
        // A batch may have put it meanwhile; what a batch holds is newer.
        if (!runs.has(run.state.head.id)) runs.set(run.state.head.id, run);
      }
    },
    put(run) {
      runs.set(run.state.head.id, run);
    },
    delete(runId) {
      runs.delete(runId);
    },
    trim() {
      batches += 1;
      const isCounting = batches % BATCHES_PER_COUNT === 0;
      if (runs.size <= RUNS_MAX && !isCounting) return;
      let bytes = 0;
      if (isCounting) for (const run of runs.values()) bytes += bytesOf(run);
      for (const [runId, run] of runs) {
        if (runs.size <= RUNS_MAX && bytes <= BYTES_MAX) return;
        runs.delete(runId);
        bytes -= bytesOf(run);
      }
    },
  };
}

function bytesOf(run: LoadedRun): number {
  const eventBytes = run.events.reduce((sum, event) => sum + event.dataJson.length, 0);
  return RUN_BYTES + run.state.head.stateBytes + eventBytes;
}
