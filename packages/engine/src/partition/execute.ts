// Executes one command within a batch: loads what it touches, lets core decide, records what changed.
import {
  decideCallResult,
  decideCalled,
  decideCancel,
  decideCheckpoint,
  decideCronTick,
  decideRemoval,
  decideRequestResult,
  decideSignal,
  decideStarted,
  decideSync,
  decideTimer,
  appIdOf,
  type Awaitable,
  type Draft,
  type EventOutcome,
  type FollowUp,
  type LoadedRun,
  type Timer,
} from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { control } from "./control.ts";
import { admitGroup } from "./admit.ts";
import { actInBulk, noteBulk, startBulk } from "./bulk.ts";
import { claimSignals } from "./claim-signal.ts";
import type { Command } from "./command.ts";
import { editRun, type Execution } from "./execution.ts";
import { functionNotFound, runNotFound } from "./not-found.ts";
import { rerun } from "./rerun.ts";
import { followUp, routeEvent } from "./route-event.ts";

type CommandOf<T extends Command["type"]> = Extract<Command, { type: T }>;

/**
 * @returns The answer for whoever asked; no promise where everything that is needed is in memory.
 * @throws EverstepError (or rejects with it) Then the command changed nothing.
 */
export function execute(execution: Execution, command: Command): Awaitable<unknown> {
  switch (command.type) {
    case "events":
      return receiveEvents(execution, command);
    case "invoke":
      return invoke(execution, command);
    case "call_started":
      return edit(execution, command.runId, (draft) => {
        decideStarted(draft, command.atMs, command.charge);
        if (command.timerId !== undefined) decideCalled(draft, command.timerId, command.atMs);
      });
    case "call_ended":
      return callEnded(execution, command);
    case "request_ended":
      return edit(execution, command.runId, (draft) => decideRequestResult(draft, command.end));
    case "timer_due":
      return timerDue(execution, command.timer);
    case "checkpoint":
      return checkpoint(execution, command);
    case "cancel":
      return cancel(execution, command);
    case "signal":
      return signal(execution, command);
    case "rerun":
      return rerun(execution, command);
    case "bulk_act":
      return actInBulk(execution, command, (act) => performAct(execution, act));
    default:
      return administer(execution, command);
  }
}

/** Commands that change the catalogue or other small tables, without a run. */
function administer(
  execution: Execution,
  command: CommandOf<
    | "sync"
    | "remove_app"
    | "app_error"
    | "set_paused"
    | "set_limits"
    | "save_cancellation"
    | "remove_cancellation"
    | "bulk_start"
    | "bulk_note"
  >,
): unknown {
  switch (command.type) {
    case "sync":
      return sync(execution, command);
    case "remove_app":
      return removeApp(execution, command);
    case "app_error":
      return recordAppError(execution, command);
    case "set_paused":
    case "set_limits":
      return control(execution, command);
    case "save_cancellation":
      execution.batch.record([{ type: "cancellation_saved", cancellation: command.cancellation }]);
      return undefined;
    case "remove_cancellation":
      execution.batch.record([{ type: "cancellation_removed", cancellationId: command.id }]);
      return undefined;
    case "bulk_start":
      return startBulk(execution, command);
    case "bulk_note":
      return noteBulk(execution, command);
  }
}

function edit(
  execution: Execution,
  runId: string,
  decide: (draft: Draft) => void,
): Awaitable<void> {
  const followUps = editRun(execution, runId, decide);
  if (followUps instanceof Promise) return editLater(execution, followUps);
  return followUps.length === 0 ? undefined : followUp(execution, followUps);
}

async function editLater(
  execution: Execution,
  followUps: Promise<readonly FollowUp[]>,
): Promise<void> {
  await followUp(execution, await followUps);
}

function callEnded(execution: Execution, { runId, end }: CommandOf<"call_ended">): Awaitable<void> {
  const decide = (result: typeof end.result): Awaitable<void> =>
    edit(execution, runId, (draft) => decideCallResult(draft, { ...end, result }));
  const result = claimSignals(execution, runId, end);
  return result instanceof Promise ? result.then(decide) : decide(result);
}

async function receiveEvents(
  execution: Execution,
  { events, isSeeded }: CommandOf<"events">,
): Promise<readonly string[]> {
  const ids = events.map((event) => event.internalId);
  const first = events[0];
  // A request is stored whole or not at all, so its first event tells whether it has been taken before.
  if (isSeeded && first !== undefined && (await execution.batch.hasEvent(first.internalId))) {
    return ids;
  }
  for (const event of events) await routeEvent(execution, { event });
  return ids;
}

async function invoke(
  execution: Execution,
  { event, slug, isSeeded, cron }: CommandOf<"invoke">,
): Promise<{ eventId: string; runId: string; outcome?: EventOutcome }> {
  const { batch, catalog } = execution;
  const fn = catalog.findLive(slug);
  if (fn === undefined) throw functionNotFound(execution, slug);
  const eventId = event.internalId;
  if (isSeeded && (await batch.hasEvent(eventId))) return { eventId, runId: "" };
  const { runIds, outcomes } = await routeEvent(execution, {
    event,
    target: { functionId: fn.id },
    ...(cron === undefined ? {} : { cron }),
  });
  const [runId] = runIds;
  if (runId !== undefined) return { eventId, runId };
  const [outcome] = outcomes;
  // The event's id, or the value of `idempotency`, was used before: its run is the answer.
  const earlier = outcome?.type === "deduplicated" ? outcome.runId : undefined;
  return { eventId, runId: earlier ?? "", ...(outcome === undefined ? {} : { outcome }) };
}

async function timerDue(execution: Execution, timer: Timer): Promise<void> {
  if (timer.kind === "cron") {
    await cronDue(execution, timer);
    return;
  }
  if (timer.kind === "debounce" || timer.kind === "batch") {
    await followUp(execution, await admitGroup(execution, timer));
    return;
  }
  if (timer.runId === undefined) return;
  await edit(execution, timer.runId, (draft) => decideTimer(draft, timer.id));
}

async function cronDue(execution: Execution, timer: Timer): Promise<void> {
  const { catalog, ctx, log } = execution;
  const fn = catalog.function(timer.functionId);
  if (fn === undefined || !catalog.hasCronTimer(timer.id)) return;
  const tick = decideCronTick(timer, fn, ctx);
  execution.batch.record(tick.changes);
  if (tick.isCatchUp) {
    log({
      level: "warn",
      message: "Cron ticks were missed while the engine was down; only the latest one runs.",
      fields: { function: fn.config.slug, scheduledAt: new Date(tick.scheduledAtMs).toISOString() },
    });
  }
  await routeEvent(execution, {
    event: tick.event,
    target: { functionId: fn.id },
    ...(timer.cron === undefined ? {} : { cron: timer.cron.expression }),
  });
}

function checkpoint(execution: Execution, command: CommandOf<"checkpoint">): Awaitable<void> {
  const { batch } = execution;
  const known = batch.peekRun(command.runId);
  if (known !== undefined) return checkpointRun(execution, command, known);
  return batch.getRun(command.runId).then((run) => checkpointRun(execution, command, run));
}

function checkpointRun(
  execution: Execution,
  command: CommandOf<"checkpoint">,
  run: LoadedRun | undefined,
): Awaitable<void> {
  const { runId, timerId, generation, ops } = command;
  if (run === undefined) throw runNotFound(runId);
  const current = timerId === undefined ? undefined : execution.currentCall(timerId);
  return edit(execution, runId, (draft) =>
    decideCheckpoint(draft, {
      ops,
      timerId,
      generation,
      startedAtMs: current?.startedAtMs ?? execution.ctx.nowMs,
      currentGeneration: current?.generation,
    }),
  );
}

async function cancel(execution: Execution, { runId, reason }: CommandOf<"cancel">): Promise<void> {
  if ((await execution.batch.getRun(runId)) === undefined) throw runNotFound(runId);
  await edit(execution, runId, (draft) => decideCancel(draft, reason));
}

async function signal(
  execution: Execution,
  { name, dataJson }: CommandOf<"signal">,
): Promise<{ runId: string }> {
  const waits = await execution.batch.findWaits("", [name]);
  const wait = waits.find((each) => each.kind === "signal");
  if (wait === undefined) {
    throw new EverstepError("signal_not_found", `No signal found: no run waits for "${name}".`);
  }
  await edit(execution, wait.runId, (draft) => decideSignal(draft, wait.id, dataJson));
  return { runId: wait.runId };
}

async function performAct(
  execution: Execution,
  { runId, action }: CommandOf<"bulk_act">["act"],
): Promise<string | undefined> {
  switch (action.type) {
    case "cancel":
      await cancel(execution, { type: "cancel", runId, reason: action.reason });
      return undefined;
    case "rerun":
      return (await rerun(execution, { ...action, runId })).runId;
    case "none":
      throw new EverstepError("argument_invalid", action.message);
  }
}

function sync(
  execution: Execution,
  { config }: CommandOf<"sync">,
): { appId: string; modified: boolean; syncId: string } {
  const { catalog, ctx } = execution;
  const appId = appIdOf(config.name);
  const decision = decideSync(config, {
    app: catalog.app(appId),
    functions: catalog.functionsOfApp(appId),
    cronTimers: catalog.cronTimers(),
    nowMs: ctx.nowMs,
    newTimerId: ctx.newTimerId,
  });
  execution.batch.record(decision.changes);
  return { appId, modified: decision.modified, syncId: config.checksum };
}

function removeApp(execution: Execution, { appId }: CommandOf<"remove_app">): void {
  const { catalog, ctx } = execution;
  const app = catalog.app(appId);
  if (app === undefined) return;
  execution.batch.record(
    decideRemoval(app, {
      functions: catalog.functionsOfApp(appId),
      cronTimers: catalog.cronTimers(),
      nowMs: ctx.nowMs,
      newTimerId: ctx.newTimerId,
    }),
  );
}

function recordAppError(execution: Execution, command: CommandOf<"app_error">): void {
  const app = execution.catalog.app(command.appId);
  if (app === undefined || app.error === command.message) return;
  execution.batch.record([
    { type: "app_saved", app: { ...app, error: command.message, errorCode: command.code } },
  ]);
}
