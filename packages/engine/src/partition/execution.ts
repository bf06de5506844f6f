// What the execution of one batch works with, and the one way in which it changes a run.
import {
  decideInvokeSettled,
  openDraft,
  type Awaitable,
  type DecideContext,
  type Draft,
  type FollowUp,
  type LoadedRun,
} from "@everstep/core";
import type { Catalog } from "../catalog.ts";
import type { Log } from "../ports.ts";
import type { Batch } from "./batch.ts";

export interface Execution {
  readonly batch: Batch;
  readonly catalog: Catalog;
  readonly ctx: DecideContext;
  readonly log: Log;
  readonly nextOrderKey: () => number;
  /** The dispatch of a timer that is out now. */
  currentCall(
    timerId: number,
  ): { readonly generation: number; readonly startedAtMs: number } | undefined;
}

/**
 * Decides about one run; unknown runs change nothing. A run that is in memory is decided at once, without a promise: most
 * decisions are about such runs.
 * @returns What must be decided next in the same batch.
 */
export function editRun(
  execution: Execution,
  runId: string,
  decide: (draft: Draft) => void,
): Awaitable<readonly FollowUp[]> {
  const known = execution.batch.peekRun(runId);
  if (known !== undefined) return decideAbout(execution, known, decide);
  return loadAndDecide(execution, runId, decide);
}

async function loadAndDecide(
  execution: Execution,
  runId: string,
  decide: (draft: Draft) => void,
): Promise<readonly FollowUp[]> {
  const run = await execution.batch.getRun(runId);
  return run === undefined ? [] : decideAbout(execution, run, decide);
}

function decideAbout(
  execution: Execution,
  run: LoadedRun,
  decide: (draft: Draft) => void,
): readonly FollowUp[] {
  const { head } = run.state;
  const fn = execution.catalog.function(head.functionId);
  if (fn === undefined) throw new Error(`Run ${head.id} belongs to no function.`);
  const draft = openDraft(run, fn, execution.ctx);
  decide(draft);
  execution.batch.record(draft.changes);
  return draft.followUps;
}

export function settleInvoke(
  execution: Execution,
  settled: Extract<FollowUp, { type: "settle_invoke" }>,
): Awaitable<readonly FollowUp[]> {
  const [runId = ""] = settled.correlationId.split(".");
  return editRun(execution, runId, (draft) =>
    decideInvokeSettled(draft, settled.correlationId, settled),
  );
}
