// Handlers of what operators decide about a function while it runs: pause, limits in place of the code's, and their audit. Limits
// are shown in the words of the code, where attempts are counted as retries.
import type { ControlAuditView, FunctionControls, LimitSet } from "@everstep/api";
import type { ControlAudit, FunctionRecord, LimitOverrides } from "@everstep/core";
import type { FunctionConfig } from "@everstep/protocol";
import { getFunction, type ApiContext } from "./api-context.ts";
import type { Handlers } from "./handlers.ts";
import { toTime, toTimeIf, toWire } from "./wire.ts";

export function createControlHandlers(
  context: ApiContext,
): Handlers<"getLimits" | "patchLimits" | "pauseFunction" | "resumeFunction" | "listAudits"> {
  const { engine } = context;
  return {
    getLimits: ({ params }) => controlsView(context, getFunction(context, params.functionId)),
    patchLimits: async ({ params, body, actor }) => {
      const fn = getFunction(context, params.functionId);
      await engine.setLimits({ functionId: fn.id, patch: body, actor });
      return controlsView(context, fn);
    },
    pauseFunction: async ({ params, actor }) => {
      const fn = getFunction(context, params.functionId);
      await engine.setPaused({ functionId: fn.id, isPaused: true, actor });
      return controlsView(context, fn);
    },
    resumeFunction: async ({ params, actor }) => {
      const fn = getFunction(context, params.functionId);
      await engine.setPaused({ functionId: fn.id, isPaused: false, actor });
      return controlsView(context, fn);
    },
    listAudits: async ({ params, query }) => {
      const fn = getFunction(context, params.functionId);
      return (await engine.audits(fn.id, query.limit)).map(auditView);
    },
  };
}

export function controlsView({ engine }: ApiContext, fn: FunctionRecord): FunctionControls {
  const control = engine.control(fn.id);
  const overridden = Object.keys(overridesOf(control?.overrides ?? {}));
  return {
    functionId: fn.id,
    functionSlug: fn.config.slug,
    isPaused: control?.pausedAtMs !== undefined,
    pausedAt: toTimeIf(control?.pausedAtMs),
    limits: limitsOf((engine.effectiveFunction(fn.id)?.function ?? fn).config),
    // Read again: a sync may have changed the code since it was looked up.
    code: limitsOf((engine.findFunction(fn.id) ?? fn).config),
    overridden: overridden as FunctionControls["overridden"],
    updatedAt: toTimeIf(control?.updatedAtMs),
  };
}

function auditView({ id, atMs, actor, before, after }: ControlAudit): ControlAuditView {
  const state = (side: ControlAudit["before"]): ControlAuditView["before"] => ({
    pausedAt: toTimeIf(side.pausedAtMs),
    overrides: overridesOf(side.overrides),
  });
  return { id, at: toTime(atMs), actor, before: state(before), after: state(after) };
}

function limitsOf(config: FunctionConfig): LimitSet {
  return { ...rulesOf(config), retries: config.maxAttempts - 1 };
}

/** Limits that operators may change, without the number of attempts. */
export function rulesOf({
  concurrency,
  throttle,
  rateLimit,
  debounce,
}: FunctionConfig): Omit<LimitSet, "retries"> {
  return {
    concurrency: toWire(concurrency),
    ...(throttle === undefined ? {} : { throttle: toWire(throttle) }),
    ...(rateLimit === undefined ? {} : { rateLimit: toWire(rateLimit) }),
    ...(debounce === undefined ? {} : { debounce: toWire(debounce) }),
  };
}

function overridesOf({
  maxAttempts,
  ...rules
}: LimitOverrides): ControlAuditView["before"]["overrides"] {
  return {
    ...toWire(rules),
    ...(maxAttempts === undefined ? {} : { retries: maxAttempts - 1 }),
  };
}
