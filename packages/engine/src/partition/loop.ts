// The one writer of a partition: drains its mailbox into a batch, decides, commits everything in one transaction, and only
// then lets anything out. While a commit is in flight the next batch fills.
import type { Awaitable, Change, DecideContext, Store } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";
import type { Clock, Log } from "../ports.ts";
import { createBatch, type Batch } from "./batch.ts";
import type { Command, Envelope } from "./command.ts";
import { execute } from "./execute.ts";
import type { Execution } from "./execution.ts";
import { refusedAnswer } from "./refused-answer.ts";
import type { RunCache } from "./run-cache.ts";

/** Bounds the time a batch takes to decide, and with it the delay of what comes after. */
const COMMANDS_PER_BATCH_MAX = 512;
const CHANGES_PER_BATCH_MAX = 20_000;
/** Pause before a commit that failed is tried again with the engine's own commands. */
const COMMIT_RETRY_MS = 500;

export interface LoopOptions {
  readonly store: Store;
  readonly cache: RunCache;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly log: Log;
  readonly newContext: (nowMs: number) => DecideContext;
  readonly nextOrderKey: () => number;
  readonly currentCall: Execution["currentCall"];
  /** Lets out what a durable batch caused. Runs when no commit is in flight. */
  readonly release: (changes: readonly Change[]) => void;
  /** Runs after each batch and when asked to wake: dispatches what is ready. */
  readonly pump: () => void;
  readonly failpoint: (name: string) => void;
  /** The loop has stopped for good on an error of its own. */
  readonly onFailure: (reason: string) => void;
}

export interface Loop {
  /** Adds a command; it is decided in order of arrival. */
  push(envelope: Envelope): void;
  /** Has `pump` called as soon as nothing undurable is in memory. */
  wake(): void;
  /** Resolves when nothing is waiting or being committed. */
  idle(): Promise<void>;
  /** Gives up: nothing is decided or let out from now on. */
  halt(): void;
  readonly queued: number;
}

interface Decided {
  readonly envelope: Envelope;
  readonly outcome: { readonly value: unknown } | { readonly error: unknown };
}

export function createLoop(options: LoopOptions): Loop {
  return new PartitionLoop(options);
}

class PartitionLoop implements Loop {
  readonly #options: LoopOptions;
  #mailbox: Envelope[] = [];
  #isRunning = false;
  #isHalted = false;
  #idleWaiters: (() => void)[] = [];
  /** Above 0 while the commands of a refused batch are decided one at a time to find the one at fault. */
  #singleTurns = 0;
  /** Somebody asked for a pump while a batch was being decided or committed. */
  #isWakeWanted = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  get queued(): number {
    return this.#mailbox.length;
  }

  push(envelope: Envelope): void {
    if (this.#isHalted) {
      envelope.answer?.reject(stopped());
      return;
    }
    this.#mailbox.push(envelope);
    this.#start();
  }

  wake(): void {
    if (this.#isHalted) return;
    if (this.#isRunning) this.#isWakeWanted = true;
    else this.#options.pump();
  }

  idle(): Promise<void> {
    if (!this.#isRunning && this.#mailbox.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  halt(): void {
    this.#isHalted = true;
    for (const envelope of this.#mailbox.splice(0)) envelope.answer?.reject(stopped());
    this.#tellIdle();
  }

  #tellIdle(): void {
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #start(): void {
    if (this.#isRunning || this.#isHalted) return;
    this.#isRunning = true;
    // Through a microtask, so that commands of one tick share a batch.
    void Promise.resolve()
      .then(() => this.#run())
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#rest());
  }

  async #run(): Promise<void> {
    while (this.#mailbox.length > 0 && !this.#isHalted) await this.#turn();
  }

  #fail(error: unknown): void {
    this.halt();
    this.#options.onFailure(errorText(error));
    this.#logError("The partition loop stopped on an internal error.", { error: errorText(error) });
  }

  #rest(): void {
    this.#isRunning = false;
    if (this.#isWakeWanted && !this.#isHalted) {
      this.#isWakeWanted = false;
      this.#options.pump();
    }
    if (this.#mailbox.length > 0) this.#start();
    else this.#tellIdle();
  }

  async #turn(): Promise<void> {
    const { store, cache, catalog, log, clock } = this.#options;
    const batch = createBatch(store, cache, catalog);
    const execution: Execution = {
      batch,
      catalog,
      log,
      ctx: this.#options.newContext(clock.nowMs()),
      nextOrderKey: this.#options.nextOrderKey,
      currentCall: this.#options.currentCall,
    };
    const taken = this.#mailbox;
    this.#mailbox = [];
    const countMax = this.#singleTurns > 0 ? 1 : COMMANDS_PER_BATCH_MAX;
    const decided: Decided[] = [];
    for (let index = 0; index < taken.length; index += 1) {
      const envelope = taken[index];
      if (envelope === undefined) continue;
      if (index >= countMax || batch.changes.length >= CHANGES_PER_BATCH_MAX) {
        this.#mailbox = [...taken.slice(index), ...this.#mailbox];
        break;
      }
      const deciding = decideOne(execution, envelope);
      const outcome = deciding instanceof Promise ? await deciding : deciding;
      if ("poison" in outcome) {
        this.#decideWithout(batch, taken, { envelope, error: outcome.poison });
        return;
      }
      decided.push({ envelope, outcome });
    }
    if (this.#singleTurns > 0) this.#singleTurns -= 1;
    await this.#commit(batch, decided);
  }

  /** An error that is no EverstepError may have left half a decision behind: the whole batch is decided again without it. */
  #decideWithout(
    batch: Batch,
    taken: readonly Envelope[],
    poison: { readonly envelope: Envelope; readonly error: unknown },
  ): void {
    this.#forget(batch);
    const failure = new EverstepError("internal", "An internal error occurred.", {
      cause: poison.error,
    });
    const substitute = this.#giveUp(poison.envelope, failure);
    const others = taken.flatMap((other) => (other === poison.envelope ? substitute : [other]));
    this.#mailbox = [...others, ...this.#mailbox];
  }

  async #commit(batch: Batch, decided: readonly Decided[]): Promise<void> {
    if (batch.changes.length > 0) {
      try {
        await this.#options.store.commit(batch.changes);
      } catch (error) {
        this.#forget(batch);
        if (isRefusal(error)) this.#isolate(decided, error);
        else await this.#retryLater(decided, error);
        return;
      }
    }
    if (!this.#isHalted) this.#release(batch, decided);
  }

  #release(batch: Batch, decided: readonly Decided[]): void {
    const { catalog, cache, failpoint } = this.#options;
    catalog.keep();
    failpoint("effects_before");
    this.#options.release(batch.changes);
    for (const { envelope, outcome } of decided) {
      if ("error" in outcome) envelope.answer?.reject(outcome.error);
      else envelope.answer?.resolve(outcome.value);
      envelope.settled?.();
    }
    cache.trim();
    this.#options.pump();
    failpoint("effects_after");
  }

  #forget(batch: Batch): void {
    for (const runId of batch.touched) this.#options.cache.delete(runId);
    this.#options.catalog.rollback();
  }

  /** Nothing of the batch was applied. Clients are told; the engine's own commands are decided again. */
  async #retryLater(decided: readonly Decided[], error: unknown): Promise<void> {
    this.#logError("A commit failed; nothing of it was applied. It is tried again.", {
      error: errorText(error),
    });
    const own: Envelope[] = [];
    for (const { envelope } of decided) {
      if (envelope.answer === undefined) own.push(envelope);
      else envelope.answer.reject(unavailable(error));
    }
    this.#mailbox = [...own, ...this.#mailbox];
    const { clock } = this.#options;
    await new Promise<void>((resolve) => clock.at(clock.nowMs() + COMMIT_RETRY_MS, resolve));
  }

  /** The store will never take this batch. Trying again would stop the partition for the sake of one command. */
  #isolate(decided: readonly Decided[], error: unknown): void {
    const [only] = decided;
    if (decided.length > 1 || only === undefined) {
      this.#singleTurns = decided.length;
      this.#mailbox = [...decided.map(({ envelope }) => envelope), ...this.#mailbox];
      return;
    }
    this.#mailbox = [...this.#giveUp(only.envelope, error), ...this.#mailbox];
  }

  /** @returns What is decided in its place, if anything. */
  #giveUp(envelope: Envelope, error: unknown): readonly Envelope[] {
    const { command } = envelope;
    const facts = { command: command.type, error: errorText(error) };
    this.#logError("A command failed on an internal error and was dropped.", facts);
    envelope.answer?.reject(error);
    const substitute = failedInstead(command);
    if (substitute !== undefined) return [{ ...envelope, command: substitute }];
    envelope.settled?.();
    return [];
  }

  #logError(message: string, fields: Record<string, string>): void {
    this.#options.log({ level: "error", message, fields });
  }
}

type Outcome = Decided["outcome"] | { readonly poison: unknown };

function decideOne(execution: Execution, envelope: Envelope): Awaitable<Outcome> {
  const countBefore = execution.batch.changes.length;
  try {
    const value = execute(execution, envelope.command);
    if (!(value instanceof Promise)) return { value };
    return value.then(
      (later) => ({ value: later }),
      (error: unknown) => judge(execution, countBefore, error),
    );
  } catch (error) {
    return judge(execution, countBefore, error);
  }
}

/** A refusal must come before anything was recorded; half a command must not be committed. */
function judge({ batch }: Execution, countBefore: number, error: unknown): Outcome {
  const isClean = batch.changes.length === countBefore;
  return error instanceof EverstepError && isClean ? { error } : { poison: error };
}

function stopped(): EverstepError {
  return new EverstepError("shutting_down", "The engine has stopped.");
}

/** A contradiction, unlike a full disk, does not go away. */
function isRefusal(error: unknown): boolean {
  return error instanceof EverstepError && error.code === "internal";
}

/** An answer that cannot be recorded counts as a failed attempt, so that its run goes on or ends with a reason. */
function failedInstead(command: Command): Command | undefined {
  if (command.type !== "call_ended" || command.end.result.kind === "error") return undefined;
  const message = "The engine could not record the app's answer. Its log names the value at fault.";
  const result = refusedAnswer(
    command.end.result,
    { name: "InternalError", message },
    { retriable: true, code: "internal" },
  );
  return { ...command, end: { ...command.end, result } };
}

function unavailable(error: unknown): EverstepError {
  if (error instanceof EverstepError) return error;
  return new EverstepError("store_unavailable", "The store did not take the change. Try again.", {
    cause: error,
  });
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : ` Cause: ${errorText(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
