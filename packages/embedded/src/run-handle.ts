// One run as its starter sees it: where it stands, its result, the way to cancel it. Reads come from the store, so a handle can
// be made for any run at any time, in a later process too.
import type { History, RunHead, RunStatus } from "@everstep/core";
import type { Clock, Engine } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import { deserializeError, durationToMs, type DurationInput } from "everstep";
import { RunError, WaitTimeoutError } from "./run-error.ts";
import { readRunLogs, type RunLog } from "./run-logs.ts";
import type { RunWatch } from "./run-watch.ts";

/** A run at one moment. Times are epoch ms. */
export interface RunInfo {
  readonly id: string;
  /** `<client>-<function>` */
  readonly functionId: string;
  readonly status: RunStatus;
  readonly eventName: string;
  readonly eventIds: readonly string[];
  readonly stepCount: number;
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  /** The function's result, of a completed run. */
  readonly output?: unknown;
  /** Of a failed run. */
  readonly error?: Error;
  /** Why it was cancelled. */
  readonly reason?: string;
}

export interface RunHandle<TOutput = unknown> {
  readonly id: string;
  /** @throws EverstepError run_not_found. */
  info(): Promise<RunInfo>;
  /** @throws EverstepError run_not_found. */
  status(): Promise<RunStatus>;
  /**
   * Waits for the end of the run and gives its result, as JSON gives it back.
   * @param options.timeout Longest wait; the run itself goes on. Default: no bound.
   * @throws RunError when it failed or was cancelled; WaitTimeoutError when the time is over; EverstepError run_not_found, or
   * shutting_down when the engine stops first.
   */
  result(options?: { readonly timeout?: DurationInput | undefined }): Promise<TOutput>;
  /**
   * What `logger` of its handler has written so far, oldest first.
   * @throws EverstepError run_not_found.
   */
  logs(): Promise<readonly RunLog[]>;
  /** @throws EverstepError run_not_found, run_ended. */
  cancel(reason?: string): Promise<void>;
}

export interface RunReads {
  readonly engine: Pick<Engine, "cancelRun" | "findFunction">;
  readonly history: Pick<History, "findRun" | "listRunLogs" | "readRunDetail">;
  readonly watch: RunWatch;
  readonly clock: Clock;
}

/** @param reads Gives the reads, or throws when the engine is not there. */
export function createRunHandle<TOutput>(id: string, reads: () => RunReads): RunHandle<TOutput> {
  const info = async (): Promise<RunInfo> => toRunInfo(await getRun(reads(), id), reads());
  return {
    id,
    info,
    status: async () => (await getRun(reads(), id)).status,
    result: async ({ timeout } = {}) => {
      const run = await endOf(
        reads(),
        id,
        timeout === undefined ? undefined : durationToMs(timeout),
      );
      if (run.status !== "completed") throw new RunError(run);
      return parse(run.outputJson) as TOutput;
    },
    logs: async () => readRunLogs(reads().history, (await getRun(reads(), id)).id),
    cancel: async (reason) => reads().engine.cancelRun(id, reason),
  };
}

export function toRunInfo(run: RunHead, { engine }: Pick<RunReads, "engine">): RunInfo {
  const { startedAtMs, endedAtMs, outputJson, error, endReason } = run;
  return {
    id: run.id,
    functionId: engine.findFunction(run.functionId)?.config.slug ?? run.functionId,
    status: run.status,
    eventName: run.eventName,
    eventIds: run.eventIds,
    stepCount: run.stepCount,
    createdAtMs: run.createdAtMs,
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(run.status === "completed" ? { output: parse(outputJson) } : {}),
    ...(error === undefined ? {} : { error: deserializeError(error) }),
    ...(endReason === undefined ? {} : { reason: endReason }),
  };
}

async function getRun({ history }: RunReads, id: string): Promise<RunHead> {
  const run = await history.findRun(id);
  if (run !== undefined) return run;
  throw new EverstepError(
    "run_not_found",
    `There is no run "${id}" in this engine's file. Run ids are ULIDs of 26 characters, as startRun and runsOf give them.`,
  );
}

async function endOf(reads: RunReads, id: string, timeoutMs: number | undefined): Promise<RunHead> {
  // Asked for before the run is read, so that an end in between is not missed.
  const next = reads.watch.next(id);
  try {
    const run = await getRun(reads, id);
    if (run.endedAtMs !== undefined) return run;
    await within(next.end, id, { clock: reads.clock, timeoutMs });
    return await getRun(reads, id);
  } finally {
    next.forget();
  }
}

async function within(
  end: Promise<void>,
  id: string,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number | undefined },
): Promise<void> {
  if (timeoutMs === undefined) return end;
  let stopClock = (): void => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    stopClock = clock.at(clock.nowMs() + timeoutMs, () =>
      reject(new WaitTimeoutError(id, timeoutMs)),
    );
  });
  try {
    await Promise.race([end, over]);
  } finally {
    stopClock();
  }
}

function parse(json: string | undefined): unknown {
  return json === undefined ? null : JSON.parse(json);
}
