// Takes ownership of a partition and wires its parts: what the loop has made durable goes to the dispatcher and the alarms.
import {
  isDispatched,
  type Change,
  type DecideContext,
  type Timer,
  type TimerKind,
} from "@everstep/core";
import type { Limits } from "@everstep/protocol";
import { createCatalog, type Catalog } from "../catalog.ts";
import type { EngineOptions } from "../create-engine.ts";
import { createCaller } from "../dispatch/caller.ts";
import { createDispatcher, type Dispatcher } from "../dispatch/dispatcher.ts";
import { createIdentity, type Identity } from "../identity.ts";
import { createAlarm, type Alarm } from "../timers/alarm.ts";
import type { Command } from "./command.ts";
import { createLoop, type Loop } from "./loop.ts";
import { createRunCache } from "./run-cache.ts";

/** Cron timers are few: one for each cron trigger. */
const CRON_TIMERS_MAX = 100_000;
const CLOCK_KINDS: readonly TimerKind[] = [
  "sleep",
  "wait_timeout",
  "start_timeout",
  "finish_timeout",
  "cron",
];
const CALL_KINDS: readonly TimerKind[] = ["call", "request"];

export interface Partition {
  readonly catalog: Catalog;
  readonly dispatcher: Dispatcher;
  readonly identity: Identity;
  /** Resolves with the command's answer once its commit has returned. */
  ask<T>(command: Command): Promise<T>;
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

export async function openPartition(
  options: EngineOptions,
  limits: Limits,
  onFailure: (reason: string) => void,
): Promise<Partition> {
  const { store, clock, chance, log } = options;
  const stored = await store.open();
  const cronTimers = await store.listTimers({
    kinds: ["cron"],
    dueAtMsMax: Number.MAX_SAFE_INTEGER,
    limit: CRON_TIMERS_MAX,
  });
  const startedAtMs = clock.nowMs();
  const identity = createIdentity(stored.epoch, clock, chance);
  const catalog = createCatalog(stored, cronTimers);
  const cache = createRunCache(store);
  const caller = createCaller({
    transport: options.transport,
    catalog,
    limits,
    log,
    signingKey: options.signingKey,
    newUlid: identity.newUlid,
    push: (envelope) => loop.push(envelope),
    land: (timerId) => {
      dispatcher.land(timerId);
      loop.wake();
    },
  });
  const dispatcher = createDispatcher({
    ...{ store, cache, catalog, clock, log, limits },
    nextGeneration: identity.nextGeneration,
    make: caller,
    wake: () => loop.wake(),
  });
  const watch = (kinds: readonly TimerKind[], afterMs: number, onDue: OnDue): Alarm =>
    createAlarm({ ...{ store, clock, log, kinds, afterMs, onDue } });
  const clockAlarm = watch(CLOCK_KINDS, Number.MIN_SAFE_INTEGER, (timer, settled) =>
    loop.push({ command: { type: "timer_due", timer }, settled }),
  );
  // Calls that are due already are the dispatcher's backlog; the alarm brings it the others in time.
  const callAlarm = watch(CALL_KINDS, startedAtMs, (timer, settled) => {
    dispatcher.add(timer);
    settled();
    loop.wake();
  });
  const loop: Loop = createLoop({
    ...{ store, cache, catalog, clock, log },
    newContext: (nowMs) => contextOf(nowMs, { options, limits, identity, catalog, dispatcher }),
    nextOrderKey: identity.nextOrderKey,
    currentCall: dispatcher.current,
    release: (changes) => release(changes, { clock, dispatcher, cache, clockAlarm, callAlarm }),
    pump: dispatcher.pump,
    failpoint: options.failpoint ?? (() => undefined),
    onFailure,
  });

  return {
    catalog,
    dispatcher,
    identity,
    ask<T>(command: Command): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        loop.push({ command, answer: { resolve: (value) => resolve(value as T), reject } });
      });
    },
    async start() {
      for (const fn of catalog.allFunctions()) dispatcher.open(fn.id);
      await clockAlarm.start();
      await callAlarm.start();
      loop.wake();
    },
    async stop(graceMs) {
      dispatcher.pause();
      clockAlarm.stop();
      callAlarm.stop();
      await firstOf(dispatcher.drained(), clock, graceMs);
      await loop.idle();
      await options.transport.close();
      loop.halt();
    },
  };
}

type OnDue = (timer: Timer, settled: () => void) => void;

function contextOf(
  nowMs: number,
  parts: {
    options: EngineOptions;
    limits: Limits;
    identity: Identity;
    catalog: Catalog;
    dispatcher: Dispatcher;
  },
): DecideContext {
  const { options, limits, identity, catalog, dispatcher } = parts;
  return {
    nowMs,
    newTimerId: identity.newTimerId,
    newUlid: identity.newUlid,
    random: options.chance.random,
    retryIntervalMs: options.retryIntervalMs,
    stepsPerRunMax: limits.stepsPerRunMax,
    isInFlight: (timerId) => dispatcher.current(timerId) !== undefined,
    findFunction: catalog.findLive,
  };
}

interface Outlets {
  readonly clock: EngineOptions["clock"];
  readonly dispatcher: Dispatcher;
  readonly cache: { delete(runId: string): void };
  readonly clockAlarm: Alarm;
  readonly callAlarm: Alarm;
}

/** What a durable batch sets in motion. Runs that now only wait leave memory. */
function release(changes: readonly Change[], outlets: Outlets): void {
  const nowMs = outlets.clock.nowMs();
  for (const change of changes) {
    if (change.type === "timer_added") {
      const { timer } = change;
      if (!isDispatched(timer.kind)) outlets.clockAlarm.add(timer);
      else if (timer.dueAtMs > nowMs) outlets.callAlarm.add(timer);
      else outlets.dispatcher.add(timer);
    } else if (change.type === "run_patched" && change.patch.endedAtMs !== undefined) {
      outlets.cache.delete(change.runId);
    }
  }
}

async function firstOf(
  work: Promise<void>,
  clock: EngineOptions["clock"],
  graceMs: number,
): Promise<void> {
  let cancel = (): void => undefined;
  const grace = new Promise<void>((resolve) => {
    cancel = clock.at(clock.nowMs() + graceMs, resolve);
  });
  await Promise.race([work, grace]);
  cancel();
}
