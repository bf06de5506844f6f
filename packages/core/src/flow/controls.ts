// What operators decide about a function beside its code: pause, and limits in place of the code's. Survives every sync; each
// change is kept in the audit with what was before. A request that changes nothing leaves no trace.
import {
  EverstepError,
  canonicalJson,
  parseLimitPatch,
  type FunctionConfig,
  type LimitPatch,
} from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { Change } from "../model/change.ts";
import type { FunctionControl, LimitOverrides } from "../model/flow.ts";
import type { DecideContext } from "../run/context.ts";
import { validateTriggers } from "../triggers/validate-triggers.ts";

export interface ControlRequest {
  /** As its code says, without overrides. */
  readonly function: FunctionRecord;
  /** Undefined: nothing was ever decided about it. */
  readonly control: FunctionControl | undefined;
  /** Who asks: `api`, `cli`, `dashboard`, or a name that the client gave. */
  readonly actor: string;
}

export interface ControlDecision {
  /** What holds from now on. */
  readonly control: FunctionControl;
  /** Empty: nothing changes. */
  readonly changes: readonly Change[];
}

type ControlContext = Pick<DecideContext, "nowMs" | "newUlid">;

/** Events that come while a function is paused are recorded as skipped runs; runs that exist make no calls until it is resumed. */
export function decidePause(
  request: ControlRequest,
  isPaused: boolean,
  ctx: ControlContext,
): ControlDecision {
  const before = controlOf(request, ctx);
  if ((before.pausedAtMs !== undefined) === isPaused) return { control: before, changes: [] };
  const { pausedAtMs: _resumed, ...rest } = before;
  const after = isPaused ? { ...rest, pausedAtMs: ctx.nowMs } : rest;
  return decided(request, { before, after }, ctx);
}

/**
 * @param body As `parseLimitPatch` reads it.
 * @throws EverstepError argument_invalid with the field, the value and the way out.
 */
export function decideLimits(
  request: ControlRequest,
  body: unknown,
  ctx: ControlContext,
): ControlDecision {
  const before = controlOf(request, ctx);
  const code = request.function.config;
  const patch = parseLimitPatch(body, effectiveConfig(code, before.overrides));
  const overrides = overridesOf(before.overrides, patch);
  assertValid(code, overrides);
  if (canonicalJson(overrides) === canonicalJson(before.overrides)) {
    return { control: before, changes: [] };
  }
  return decided(request, { before, after: { ...before, overrides } }, ctx);
}

function controlOf(request: ControlRequest, ctx: ControlContext): FunctionControl {
  const { control, function: fn } = request;
  return control ?? { functionId: fn.id, overrides: {}, updatedAtMs: ctx.nowMs };
}

function decided(
  request: ControlRequest,
  step: { readonly before: FunctionControl; readonly after: FunctionControl },
  ctx: ControlContext,
): ControlDecision {
  const control = { ...step.after, updatedAtMs: ctx.nowMs };
  const audit = {
    id: ctx.newUlid(ctx.nowMs),
    functionId: request.function.id,
    atMs: ctx.nowMs,
    actor: request.actor,
    before: audited(step.before),
    after: audited(control),
  };
  return {
    control,
    changes: [
      { type: "function_control_saved", control },
      { type: "control_audit_added", audit },
    ],
  };
}

function audited(control: FunctionControl): Pick<FunctionControl, "pausedAtMs" | "overrides"> {
  const { pausedAtMs, overrides } = control;
  return { overrides, ...(pausedAtMs === undefined ? {} : { pausedAtMs }) };
}

function overridesOf(before: LimitOverrides, patch: LimitPatch): LimitOverrides {
  const entries = Object.entries({ ...before, ...patch });
  return Object.fromEntries(entries.filter(([, value]) => value !== "code"));
}

function assertValid(code: FunctionConfig, overrides: LimitOverrides): void {
  if (code.batch !== undefined && (overrides.debounce ?? undefined) !== undefined) {
    throw refused(
      "debounce",
      `"debounce" of function "${code.slug}" cannot be set, because the function batches events: remove "batchEvents" in its code first.`,
    );
  }
  if (code.batch !== undefined && (overrides.rateLimit ?? undefined) !== undefined) {
    throw refused(
      "rateLimit",
      `"rateLimit" of function "${code.slug}" cannot be set, because the function batches events and a rate limit never applies to batches: use "throttle" or "concurrency".`,
    );
  }
  const [problem] = validateTriggers(effectiveConfig(code, overrides));
  if (problem !== undefined) throw refused(problem.field, problem.message);
}

function refused(field: string, message: string): EverstepError {
  return new EverstepError("argument_invalid", message, { data: { errors: [{ field, message }] } });
}

/** The code's config with the operator's limits in place of its own. The config itself when there are none. */
export function effectiveConfig(
  config: FunctionConfig,
  overrides: LimitOverrides | undefined,
): FunctionConfig {
  if (overrides === undefined || Object.keys(overrides).length === 0) return config;
  const { throttle, rateLimit, debounce, ...rest } = config;
  const rules = { throttle, rateLimit, debounce, ...overrides };
  const present = Object.entries(rules).filter(([, rule]) => rule !== undefined && rule !== null);
  return { ...rest, ...Object.fromEntries(present) };
}

/** The function as every decision about it reads it. The record itself when nothing is overridden. */
export function effectiveFunction(
  fn: FunctionRecord,
  control: FunctionControl | undefined,
): FunctionRecord {
  const config = effectiveConfig(fn.config, control?.overrides);
  return config === fn.config ? fn : { ...fn, config };
}
