// A function's limits and what an operator changed of them, as REST v2 shows them: in the words of the code, where attempts are
// counted as retries.
import type { ControlAudit, FunctionControl, FunctionRecord, LimitOverrides } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import type * as v from "valibot";
import type { controlAudit, functionControls } from "./controls-schemas.ts";
import { toTime, toWire } from "./wire.ts";

type Controls = v.InferOutput<typeof functionControls>;
type Audit = v.InferOutput<typeof controlAudit>;
type LimitName = Controls["overridden"][number];

/** @param given.effective The function with the limits in force. */
export function controlsView(given: {
  readonly code: FunctionRecord;
  readonly effective: FunctionRecord;
  readonly control: FunctionControl | undefined;
}): Controls {
  const { code, effective, control } = given;
  return {
    functionId: code.id,
    functionSlug: code.config.slug,
    isPaused: control?.pausedAtMs !== undefined,
    pausedAt: timeOrNull(control?.pausedAtMs),
    limits: limitsOf(effective.config),
    code: limitsOf(code.config),
    overridden: Object.keys(overridesOf(control?.overrides ?? {})) as LimitName[],
    updatedAt: timeOrNull(control?.updatedAtMs),
  };
}

export function auditView({ id, atMs, actor, before, after }: ControlAudit): Audit {
  const state = (side: ControlAudit["before"]): Audit["before"] => ({
    pausedAt: timeOrNull(side.pausedAtMs),
    overrides: overridesOf(side.overrides),
  });
  return { id, at: toTime(atMs), actor, before: state(before), after: state(after) };
}

function limitsOf(config: FunctionConfig): Controls["limits"] {
  return {
    concurrency: toWire(config.concurrency),
    throttle: toWire(config.throttle ?? null),
    rateLimit: toWire(config.rateLimit ?? null),
    debounce: toWire(config.debounce ?? null),
    retries: config.maxAttempts - 1,
  };
}

function overridesOf({ maxAttempts, ...rules }: LimitOverrides): Audit["before"]["overrides"] {
  return {
    ...toWire(rules),
    ...(maxAttempts === undefined ? {} : { retries: maxAttempts - 1 }),
  };
}

function timeOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : toTime(atMs);
}
