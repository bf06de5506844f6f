// What is asked of the engine about why: why a run waits, why an event started nothing.
import type { EngineOptions } from "../create-engine.ts";
import type { Engine } from "../engine.ts";
import { explainEvent } from "../explain/explain-event.ts";
import { explainRun } from "../explain/explain-run.ts";
import type { Partition } from "../partition/open-partition.ts";

export function createExplanations(
  options: EngineOptions,
  opened: () => Partition,
): Pick<Engine, "explainRun" | "explainEvent"> {
  return {
    explainRun: async (runId) => explainRun(options, opened(), runId),
    explainEvent: async (internalId) => explainEvent(options, opened(), internalId),
  };
}
