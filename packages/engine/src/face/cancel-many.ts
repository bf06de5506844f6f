// Bulk cancellation: every run of a function that is alive now, was created in a span of time, and fits an expression.
import {
  compileExpression,
  evaluateBoolean,
  type CancellationRecord,
  type FunctionRecord,
  type RunHead,
} from "@everstep/core";
import { EverstepError, eventToWireJson } from "@everstep/protocol";
import type { EngineOptions } from "../create-engine.ts";
import type { CancellationRequest } from "../engine.ts";
import type { Partition } from "../partition/open-partition.ts";

const PAGE = 200;

export async function cancelMany(
  options: EngineOptions,
  partition: Partition,
  request: CancellationRequest,
): Promise<CancellationRecord> {
  const fn = findFunction(partition, request);
  const fits = fitnessOf(options, request.expression);
  const id = partition.identity.newUlid(options.clock.nowMs());
  let cancelledCount = 0;
  for await (const run of liveRuns(options, fn, request)) {
    if (!(await fits(run))) continue;
    if (await cancelLive(partition, run, id)) cancelledCount += 1;
  }
  const cancellation: CancellationRecord = {
    id,
    appId: fn.appId,
    functionId: fn.id,
    ...(request.startedAfterMs === undefined ? {} : { startedAfterMs: request.startedAfterMs }),
    startedBeforeMs: request.startedBeforeMs,
    ...(request.expression === undefined ? {} : { expression: request.expression }),
    createdAtMs: options.clock.nowMs(),
    cancelledCount,
  };
  await partition.ask({ type: "save_cancellation", cancellation });
  return cancellation;
}

function findFunction(partition: Partition, request: CancellationRequest): FunctionRecord {
  const { appId, functionId } = request;
  const fn =
    partition.catalog.findLive(functionId) ?? partition.catalog.findLive(`${appId}-${functionId}`);
  if (fn !== undefined) return fn;
  throw new EverstepError(
    "function_not_found",
    `App "${appId}" has no function "${functionId}". Give the function's id as it stands in createFunction.`,
  );
}

/** Pages by id upwards, so runs that end meanwhile do not shift the pages. */
async function* liveRuns(
  { history }: EngineOptions,
  fn: FunctionRecord,
  request: CancellationRequest,
): AsyncGenerator<RunHead> {
  let after: { timeMs: number; id: string } | undefined;
  for (;;) {
    const page = await history.listRuns({
      filter: {
        statuses: ["queued", "running"],
        functionIds: [fn.id],
        timeField: "createdAtMs",
        ...(request.startedAfterMs === undefined ? {} : { fromMs: request.startedAfterMs }),
        untilMs: request.startedBeforeMs,
      },
      order: "asc",
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = { timeMs: last.createdAtMs, id: last.id };
  }
}

function fitnessOf(
  { history, clock }: EngineOptions,
  source: string | undefined,
): (run: RunHead) => Promise<boolean> {
  if (source === undefined) return () => Promise.resolve(true);
  const expression = compileExpression(source);
  return async (run) => {
    const [event] = await history.findEvents(run.eventIds.slice(0, 1));
    if (event === undefined) return false;
    const vars = { event: JSON.parse(eventToWireJson(event)) as unknown };
    const result = evaluateBoolean(expression, vars, { nowMs: clock.nowMs() });
    return result.ok && result.value;
  };
}

/** @returns False when the run ended before it could be cancelled. */
async function cancelLive(partition: Partition, run: RunHead, id: string): Promise<boolean> {
  try {
    await partition.ask({ type: "cancel", runId: run.id, reason: `bulk cancellation ${id}` });
    return true;
  } catch (error) {
    if (error instanceof EverstepError && error.code === "run_ended") return false;
    throw error;
  }
}
