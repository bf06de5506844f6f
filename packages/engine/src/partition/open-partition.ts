// Takes ownership of a partition and wires its parts: what the loop has made durable goes to the dispatcher and the alarms.
import {
  isDispatched,
  type BulkJob,
  type BulkRequest,
  type Change,
  type DecideContext,
  type Timer,
  type TimerKind,
} from "@everstep/core";
import type { Limits } from "@everstep/protocol";
import { createCatalog, type Catalog, type EffectiveFunction } from "../catalog.ts";
import type { EngineOptions } from "../create-engine.ts";
import { createCaller, type MakeCall } from "../dispatch/caller.ts";
import type { Dispatcher, Flight, FunctionRules } from "../dispatch/contract.ts";
import { createDispatcher } from "../dispatch/dispatcher.ts";
import { createIdentity, type Identity } from "../identity.ts";
import { createAlarm, type Alarm } from "../timers/alarm.ts";
import type { Command } from "./command.ts";
import { createWarnOnce } from "./warn-once.ts";
import { createLoop, type Loop } from "./loop.ts";
import { createRunCache, type RunCache } from "./run-cache.ts";

/** Cron timers are few: one for each cron trigger. */
const CRON_TIMERS_MAX = 100_000;
const CLOCK_KINDS: readonly TimerKind[] = [
  "sleep",
  "wait_timeout",
  "start_timeout",
  "finish_timeout",
  "cron",
  "debounce",
  "batch",
];
const CALL_KINDS: readonly TimerKind[] = ["call", "request"];

/** A sweep takes as many rows as this many batches with one expiring row each leave behind, and more. */
const BATCHES_PER_SWEEP = 256;
const SWEPT_ROWS_MAX = 5_000;

/** How long stopping waits for the last commits, beyond the grace for calls. */
const LAST_COMMITS_MS = 5_000;

export interface Partition {
  readonly catalog: Catalog;
  readonly dispatcher: Dispatcher;
  readonly identity: Identity;
  /** Those that ran when it was opened. */
  readonly openBulkJobs: readonly OpenBulkJob[];
  /** Resolves with the command's answer once its commit has returned. */
  ask<T>(command: Command): Promise<T>;
  start(): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

export interface OpenBulkJob {
  readonly job: BulkJob;
  readonly request: BulkRequest;
}

export async function openPartition(
  options: EngineOptions,
  given: PartitionSettings,
): Promise<Partition> {
  const { store, clock, chance } = options;
  const stored = await store.open();
  const cronTimers = await store.listTimers({
    kinds: ["cron"],
    dueAtMsMax: Number.MAX_SAFE_INTEGER,
    limit: CRON_TIMERS_MAX,
  });
  return new OwnedPartition(options, {
    ...given,
    identity: createIdentity(stored.epoch, clock, chance),
    catalog: createCatalog(stored, cronTimers),
    openBulkJobs: stored.bulkJobs.flatMap(({ job, request }) =>
      job.status === "running" && request !== undefined ? [{ job, request }] : [],
    ),
  });
}

export interface PartitionSettings {
  readonly limits: Limits;
  readonly onFailure: (reason: string) => void;
  /** Told what became durable. */
  readonly listeners: ReadonlySet<(changes: readonly Change[]) => void>;
}

interface PartitionParts extends PartitionSettings {
  readonly identity: Identity;
  readonly catalog: Catalog;
  readonly openBulkJobs: readonly OpenBulkJob[];
}

class OwnedPartition implements Partition {
  readonly catalog: Catalog;
  readonly identity: Identity;
  readonly dispatcher: Dispatcher;
  readonly openBulkJobs: readonly OpenBulkJob[];
  readonly #options: EngineOptions;
  readonly #limits: Limits;
  readonly #listeners: PartitionSettings["listeners"];
  readonly #cache: RunCache;
  readonly #loop: Loop;
  readonly #clockAlarm: Alarm;
  readonly #callAlarm: Alarm;
  #batchesUntilSweep = BATCHES_PER_SWEEP;

  constructor(options: EngineOptions, parts: PartitionParts) {
    const { store, clock, log } = options;
    const { catalog, identity, limits } = parts;
    this.#options = options;
    this.#limits = limits;
    this.#listeners = parts.listeners;
    this.catalog = catalog;
    this.identity = identity;
    this.openBulkJobs = parts.openBulkJobs;
    const cache = createRunCache(store);
    this.#cache = cache;
    this.dispatcher = createDispatcher({
      store,
      cache,
      rulesOf: (functionId) => rulesOf(catalog, functionId),
      clock,
      log,
      limits,
      nextGeneration: identity.nextGeneration,
      book: (flight, isHolding, booked) => this.#book(flight, isHolding, booked),
      make: this.#newCaller(),
      wake: () => this.#loop.wake(),
    });
    this.#clockAlarm = this.#watch(CLOCK_KINDS, Number.MIN_SAFE_INTEGER, (timer, settled) =>
      this.#loop.push({ command: { type: "timer_due", timer }, settled }),
    );
    // Calls that are due already are the dispatcher's backlog; the alarm brings it the others in time.
    this.#callAlarm = this.#watch(CALL_KINDS, clock.nowMs(), (timer, settled) => {
      this.dispatcher.add(timer);
      settled();
      this.#loop.wake();
    });
    this.#loop = createLoop({
      store,
      cache,
      catalog,
      clock,
      log,
      newContext: (nowMs) => this.#contextAt(nowMs),
      nextOrderKey: identity.nextOrderKey,
      warnOnce: createWarnOnce(log),
      currentCall: (timerId) => this.dispatcher.current(timerId),
      release: (changes) => this.#release(changes),
      pump: () => this.dispatcher.pump(),
      failpoint: options.failpoint ?? (() => undefined),
      onFailure: parts.onFailure,
    });
  }

  ask<T>(command: Command): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#loop.push({ command, answer: { resolve: (value) => resolve(value as T), reject } });
    });
  }

  async start(): Promise<void> {
    await this.dispatcher.takeUp();
    for (const fn of this.catalog.allFunctions()) this.dispatcher.open(fn.id);
    await this.#clockAlarm.start();
    await this.#callAlarm.start();
    this.#loop.wake();
  }

  async stop(graceMs: number): Promise<void> {
    this.dispatcher.pause();
    this.#clockAlarm.stop();
    this.#callAlarm.stop();
    await firstOf(this.dispatcher.drained(), this.#options.clock, graceMs);
    // A store that does not take what is left must not keep the process alive: the next owner decides it again.
    await firstOf(this.#loop.idle(), this.#options.clock, LAST_COMMITS_MS);
    await this.#options.transport.close();
    this.#loop.halt();
  }

  #book(flight: Flight, isHolding: boolean, booked: () => void): void {
    const { runId, timerId, startedAtMs: atMs, start: charge = {} } = flight;
    const held = isHolding ? { timerId } : {};
    this.#loop.push({
      command: { type: "call_started", runId, atMs, charge, ...held },
      settled: booked,
    });
  }

  #newCaller(): MakeCall {
    const { transport, log, signingKey } = this.#options;
    return createCaller({
      transport,
      log,
      signingKey,
      catalog: this.catalog,
      limits: this.#limits,
      newUlid: this.identity.newUlid,
      push: (envelope) => this.#loop.push(envelope),
      land: (timerId) => {
        this.dispatcher.land(timerId);
        this.#loop.wake();
      },
    });
  }

  #watch(kinds: readonly TimerKind[], afterMs: number, onDue: OnDue): Alarm {
    const { store, clock, log } = this.#options;
    return createAlarm({ store, clock, log, kinds, afterMs, onDue });
  }

  #contextAt(nowMs: number): DecideContext {
    const { chance, retryIntervalMs } = this.#options;
    return {
      nowMs,
      newTimerId: this.identity.newTimerId,
      newUlid: this.identity.newUlid,
      random: () => chance.random(),
      retryIntervalMs,
      stepsPerRunMax: this.#limits.stepsPerRunMax,
      isInFlight: (timerId) => this.dispatcher.hasLeft(timerId),
      findFunction: (slugOrId) => this.catalog.findLive(slugOrId),
    };
  }

  /** What a durable batch sets in motion. Runs that have ended leave memory. */
  #release(changes: readonly Change[]): void {
    const nowMs = this.#options.clock.nowMs();
    for (const change of changes) {
      switch (change.type) {
        case "timer_added":
          this.#takeUp(change.timer, nowMs);
          break;
        case "run_added":
          // A skipped run has ended before it began.
          if (change.run.endedAtMs !== undefined) this.#letGo(change.run.id);
          break;
        case "run_patched":
          if (change.patch.endedAtMs !== undefined) this.#letGo(change.runId);
          break;
        case "function_saved":
          this.dispatcher.rulesChanged(change.function.id);
          break;
        case "function_control_saved":
          this.dispatcher.rulesChanged(change.control.functionId);
          break;
        default:
      }
    }
    for (const listener of this.#listeners) listener(changes);
    this.#sweepNow(nowMs);
  }

  /** The run has ended. */
  #letGo(runId: string): void {
    this.#cache.delete(runId);
    this.dispatcher.runEnded(runId);
    this.#options.onRunEnded?.(runId);
  }

  /** Rows that say nothing any more are taken away in small slices, between the commits that make new ones. */
  #sweepNow(nowMs: number): void {
    this.#batchesUntilSweep -= 1;
    if (this.#batchesUntilSweep > 0) return;
    this.#batchesUntilSweep = BATCHES_PER_SWEEP;
    this.#options.store.sweepExpired(nowMs, SWEPT_ROWS_MAX).catch((error: unknown) =>
      this.#options.log({
        level: "warn",
        message: "Expired rows could not be swept; it is tried again later.",
        fields: { error: String(error) },
      }),
    );
  }

  #takeUp(timer: Timer, nowMs: number): void {
    if (!isDispatched(timer.kind)) this.#clockAlarm.add(timer);
    else if (timer.dueAtMs > nowMs) this.#callAlarm.add(timer);
    else this.dispatcher.add(timer);
  }
}

/** The catalogue's rules as the dispatcher reads them, many times for each call: the same object until something changes. */
const RULES = new WeakMap<EffectiveFunction, FunctionRules>();

function rulesOf(catalog: Catalog, functionId: string): FunctionRules | undefined {
  const effective = catalog.rules(functionId);
  if (effective === undefined) return undefined;
  let rules = RULES.get(effective);
  if (rules === undefined) {
    const { appId, config } = effective.function;
    rules = { appId, config, isPaused: effective.isPaused };
    RULES.set(effective, rules);
  }
  return rules;
}

type OnDue = (timer: Timer, settled: () => void) => void;

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
