// The `checkpointing` option as numbers. On by default, as in v4: several steps run in one call and are reported in between.
import { durationMsOf } from "../wire/duration.ts";
import type { CheckpointOptions } from "./definition.ts";
import type { CheckpointingOptions } from "./function-options.ts";

const DEFAULTS: CheckpointOptions = { bufferedSteps: 1, maxIntervalMs: 0, maxRuntimeMs: 10_000 };

/**
 * Undefined when checkpointing is off.
 * @throws TypeError for a number of buffered steps below 1 and for durations that cannot be read.
 */
export function toCheckpointOptions(
  given: CheckpointingOptions | undefined,
): CheckpointOptions | undefined {
  if (given === false) return undefined;
  if (given === undefined || given === true) return DEFAULTS;
  const {
    bufferedSteps = DEFAULTS.bufferedSteps,
    maxInterval = 0,
    maxRuntime = DEFAULTS.maxRuntimeMs,
  } = given;
  if (!Number.isInteger(bufferedSteps) || bufferedSteps < 1) {
    throw new TypeError(
      `checkpointing.bufferedSteps is ${String(bufferedSteps)}: give a whole number of at least 1.`,
    );
  }
  return {
    bufferedSteps,
    maxIntervalMs: durationMsOf(maxInterval, "checkpointing.maxInterval"),
    maxRuntimeMs: durationMsOf(maxRuntime, "checkpointing.maxRuntime"),
  };
}
