// Puts an engine together from its ports: partition loop, dispatcher, alarms, and the face in front of them.
import type { Change, History, Store } from "@everstep/core";
import { EverstepError, LIMITS, type Limits } from "@everstep/protocol";
import type { Engine } from "./engine.ts";
import { createApps } from "./face/apps.ts";
import { createBulks } from "./face/bulks.ts";
import { createControls } from "./face/controls.ts";
import { createExplanations } from "./face/explanations.ts";
import { createIngest } from "./face/ingest.ts";
import { createRuns } from "./face/runs.ts";
import { openPartition, type Partition } from "./partition/open-partition.ts";
import type { Chance, Clock, Log, Transport } from "./ports.ts";

export interface EngineOptions {
  readonly store: Store;
  /** For what reads history to act: reruns from a step, bulk cancellation. */
  readonly history: History;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** Signs calls when set (start). Prefix `signkey-…-` allowed. */
  readonly signingKey?: string;
  /** Fixed delay between attempts instead of the table (`--retry-interval`), ms. */
  readonly retryIntervalMs?: number;
  readonly limits?: Partial<Limits>;
  /** Told of each run that has ended, after the commit that holds the end. It must not throw. */
  readonly onRunEnded?: (runId: string) => void;
  /** Crash points of the crash suite; absent in production. Names: effects_before, effects_after. */
  readonly failpoint?: (name: string) => void;
}

/** Nothing happens before `start()`. One engine owns its store; a second one is refused by the store. */
export function createEngine(options: EngineOptions): Engine {
  const limits: Limits = {
    stepsPerRunMax: LIMITS.stepsPerRunMax,
    callsInFlightPerAppMax: LIMITS.callsInFlightPerAppMax,
    callTimeoutMs: LIMITS.callTimeoutMs,
    ...options.limits,
  };
  const listeners = new Set<(changes: readonly Change[]) => void>();
  let partition: Partition | undefined;
  let state: ReturnType<Engine["status"]>["state"] = "starting";
  let reason: string | undefined;

  const opened = (): Partition => {
    if (partition !== undefined && state === "ready") return partition;
    throw new EverstepError(
      "shutting_down",
      state === "starting" ? "The engine is still starting. Try again." : "The engine is stopping.",
    );
  };

  /** Calls that are out while the engine drains may still record their steps: they would be executed again otherwise. */
  const openOrDraining = (): Partition =>
    partition !== undefined && state === "draining" ? partition : opened();

  const bulks = createBulks(options, opened, () => partition);

  return {
    ...bulks.face,
    ...createIngest(options, opened),
    ...createApps(options, opened, () => partition),
    ...createControls(options, opened, () => partition),
    ...createExplanations(options, opened),
    ...createRuns(options, opened, openOrDraining),
    callsInFlight: () => partition?.dispatcher.inFlight() ?? [],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      try {
        partition = await openPartition(options, {
          limits,
          listeners,
          onFailure: (why) => {
            state = "failed";
            reason = why;
          },
        });
        await partition.start();
        state = "ready";
        bulks.resume();
      } catch (error) {
        state = "failed";
        reason = error instanceof Error ? error.message : String(error);
        throw error;
      }
    },
    async stop({ graceMs }) {
      if (partition === undefined || state === "stopped") return;
      state = "draining";
      await partition.stop(graceMs);
      state = "stopped";
    },
    status: () => ({
      state,
      callsInFlight: partition?.dispatcher.inFlightCount ?? 0,
      ...(reason === undefined ? {} : { reason }),
    }),
  };
}
