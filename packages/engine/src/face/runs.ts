// What is asked about single runs: cancel, rerun, signal, checkpoint, and the state that SDKs fetch.
import type { LoadedRun } from "@everstep/core";
import { EverstepError, eventToWireJson } from "@everstep/protocol";
import { findRerunStart } from "../bulk/rerun-start.ts";
import type { EngineOptions } from "../create-engine.ts";
import { timerIdOf } from "../dispatch/call-request.ts";
import type { Engine } from "../engine.ts";
import { runNotFound } from "../partition/not-found.ts";
import type { Partition } from "../partition/open-partition.ts";
import { cancelMany } from "./cancel-many.ts";

type Runs = Pick<
  Engine,
  | "cancelRun"
  | "rerun"
  | "signal"
  | "cancelMany"
  | "removeCancellation"
  | "checkpoint"
  | "readRunEvents"
  | "readRunSteps"
>;

/** @param openOrDraining The partition also while it drains, for calls that are out. */
export function createRuns(
  options: EngineOptions,
  opened: () => Partition,
  openOrDraining: () => Partition,
): Runs {
  return {
    async cancelRun(runId, reason = "cancelled on request") {
      await opened().ask({ type: "cancel", runId, reason });
    },
    async rerun({ runId, fromStep }) {
      const partition = opened();
      const start = await findRerunStart(options.history, runId, fromStep);
      return partition.ask({ type: "rerun", runId, ...start });
    },
    async signal(name, dataJson) {
      return opened().ask({ type: "signal", name, dataJson });
    },
    async cancelMany(request) {
      return cancelMany(options, opened(), request);
    },
    async removeCancellation(id) {
      await opened().ask({ type: "remove_cancellation", id });
    },
    async checkpoint({ runId, ops, generation, jobId }) {
      return openOrDraining().ask<void>({
        type: "checkpoint",
        runId,
        ops,
        timerId: jobId === undefined ? undefined : timerIdOf(jobId),
        generation: generation === 0 ? undefined : generation,
      });
    },
    async readRunEvents(runId) {
      const { events } = await loadLive(options, runId);
      return `[${events.map(eventToWireJson).join(",")}]`;
    },
    async readRunSteps(runId) {
      const { outputs, inputs } = (await loadLive(options, runId)).state;
      const steps = [...outputs, ...inputs].map(([id, json]) => `${JSON.stringify(id)}:${json}`);
      return `{${steps.join(",")}}`;
    },
  };
}

async function loadLive({ store }: EngineOptions, runId: string): Promise<LoadedRun> {
  const [run] = await store.loadRuns([runId]);
  if (run === undefined) throw runNotFound(runId);
  if (run.state.head.endedAtMs === undefined) return run;
  throw new EverstepError(
    "run_gone",
    `Run ${runId} has ended (${run.state.head.status}); its state is no longer served to apps.`,
  );
}
