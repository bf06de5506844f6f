// One timer per cron trigger holds its next tick. A tick is decided once; after a downtime only the latest missed one runs.
import { canonicalJson, type EventRecord } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { Change } from "../model/change.ts";
import type { Timer } from "../model/timer.ts";
import { CRON_EVENT } from "../run/lifecycle-events.ts";
import { jitterMs } from "./cron-jitter.ts";
import { latestTickAtMs, nextTickAtMs, parseCron } from "./cron-schedule.ts";

interface CronTrigger {
  readonly cron: string;
  readonly jitterMs?: number;
}

/** Keeps timers whose trigger is unchanged (so a resync neither skips nor repeats a tick), adds and removes the others. */
export function planCronTimers(
  fn: FunctionRecord,
  plan: { readonly cronTimers: readonly Timer[]; readonly nowMs: number; newTimerId(): number },
): readonly Change[] {
  const triggers = fn.config.triggers.filter((trigger) => trigger.kind === "cron");
  const open = plan.cronTimers.filter((timer) => timer.functionId === fn.id);
  const isWanted = (timer: Timer): boolean => triggers.some((trigger) => isTimerOf(timer, trigger));
  const changes: Change[] = open
    .filter((timer) => !isWanted(timer))
    .map((timer) => ({ type: "timer_removed", timerId: timer.id }));
  for (const trigger of triggers) {
    if (open.some((timer) => isTimerOf(timer, trigger))) continue;
    const timer = nextTimer(fn, trigger, { afterMs: plan.nowMs, id: plan.newTimerId() });
    if (timer !== undefined) changes.push({ type: "timer_added", timer });
  }
  return changes;
}

function isTimerOf(timer: Timer, trigger: CronTrigger): boolean {
  return timer.cron?.expression === trigger.cron && timer.cron.jitterMsMax === trigger.jitterMs;
}

function nextTimer(
  fn: FunctionRecord,
  trigger: CronTrigger,
  from: { afterMs: number; id: number },
): Timer | undefined {
  const scheduledAtMs = nextTickAtMs(parseCron(trigger.cron), from.afterMs);
  if (scheduledAtMs === undefined) return undefined;
  const jitterMsMax = trigger.jitterMs;
  const delayMs =
    jitterMsMax === undefined ? 0 : jitterMs(`${fn.id} ${scheduledAtMs}`, jitterMsMax);
  return {
    id: from.id,
    kind: "cron",
    functionId: fn.id,
    dueAtMs: scheduledAtMs + delayMs,
    orderKey: scheduledAtMs + delayMs,
    attempt: 0,
    queuedAtMs: from.afterMs,
    cron: {
      expression: trigger.cron,
      scheduledAtMs,
      ...(jitterMsMax === undefined ? {} : { jitterMsMax }),
    },
  };
}

/** The event of a tick that somebody asked for: as the clock would have sent it now, but with an id of its own. */
export function manualTickEvent(
  cron: string,
  ctx: { readonly nowMs: number; newUlid(atMs: number): string },
): EventRecord {
  const internalId = ctx.newUlid(ctx.nowMs);
  const now = new Date(ctx.nowMs).toISOString();
  return {
    internalId,
    id: internalId,
    name: CRON_EVENT,
    dataJson: canonicalJson({ cron, fireAt: now, scheduledAt: now }),
    tsMs: ctx.nowMs,
    receivedAtMs: ctx.nowMs,
  };
}

export interface CronTick {
  /** The event of the run to start. */
  readonly event: EventRecord;
  readonly changes: readonly Change[];
  readonly scheduledAtMs: number;
  /** True when earlier ticks were missed and this one stands for all of them. */
  readonly isCatchUp: boolean;
}

/** The tick that is due and the timer of the one after it. */
export function decideCronTick(
  timer: Timer,
  fn: FunctionRecord,
  ctx: { readonly nowMs: number; newTimerId(): number; newUlid(atMs: number): string },
): CronTick {
  const { cron } = timer;
  if (cron === undefined) throw new Error(`Timer ${timer.id} is no cron timer.`);
  const latest = latestTickAtMs(parseCron(cron.expression), {
    afterMs: cron.scheduledAtMs,
    untilMs: ctx.nowMs - (cron.jitterMsMax ?? 0),
  });
  const scheduledAtMs = latest ?? cron.scheduledAtMs;
  const trigger = {
    cron: cron.expression,
    ...(cron.jitterMsMax === undefined ? {} : { jitterMs: cron.jitterMsMax }),
  };
  const next = nextTimer(fn, trigger, { afterMs: scheduledAtMs, id: ctx.newTimerId() });
  const isCatchUp = latest !== undefined;
  const scheduledAt = new Date(scheduledAtMs).toISOString();
  const fireAtMs = isCatchUp ? ctx.nowMs : timer.dueAtMs;
  const event: EventRecord = {
    internalId: ctx.newUlid(ctx.nowMs),
    id: scheduledAt.replace(".000Z", "Z"),
    name: CRON_EVENT,
    dataJson: canonicalJson({
      cron: cron.expression,
      fireAt: new Date(fireAtMs).toISOString(),
      scheduledAt,
      ...(isCatchUp ? { missedSince: new Date(cron.scheduledAtMs).toISOString() } : {}),
    }),
    tsMs: fireAtMs,
    receivedAtMs: ctx.nowMs,
  };
  const changes: Change[] = [{ type: "timer_removed", timerId: timer.id }];
  if (next !== undefined) changes.push({ type: "timer_added", timer: next });
  return { event, changes, scheduledAtMs, isCatchUp };
}
