// The one writer of a partition: drains its mailbox into a batch, decides, commits everything in one transaction, and only
// then lets anything out. While a commit is in flight the next batch fills.
import type { Change, DecideContext, Store } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";
import type { Clock, Log } from "../ports.ts";
import { createBatch, type Batch } from "./batch.ts";
import type { Command, Envelope } from "./command.ts";
import { execute } from "./execute.ts";
import type { Execution } from "./execution.ts";
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
  const { store, cache, catalog, clock, log } = options;
  let mailbox: Envelope[] = [];
  let isRunning = false;
  let isHalted = false;
  let idleWaiters: (() => void)[] = [];
  /** Above 0 while the commands of a refused batch are decided one at a time to find the one at fault. */
  let singleTurns = 0;
  /** Somebody asked for a pump while a batch was being decided or committed. */
  let isWakeWanted = false;

  const run = async (): Promise<void> => {
    while (mailbox.length > 0 && !isHalted) await turn();
  };

  const start = (): void => {
    if (isRunning || isHalted) return;
    isRunning = true;
    // Through a microtask, so that commands of one tick share a batch.
    void Promise.resolve()
      .then(run)
      .catch((error: unknown) => {
        isHalted = true;
        options.onFailure(errorText(error));
        log({
          level: "error",
          message: "The partition loop stopped on an internal error.",
          fields: { error: errorText(error) },
        });
      })
      .finally(() => {
        isRunning = false;
        if (isWakeWanted && !isHalted) {
          isWakeWanted = false;
          options.pump();
        }
        if (mailbox.length > 0) start();
        else for (const resolve of idleWaiters.splice(0)) resolve();
      });
  };

  const turn = async (): Promise<void> => {
    const batch = createBatch(store, cache, catalog);
    const execution: Execution = {
      batch,
      catalog,
      log,
      ctx: options.newContext(clock.nowMs()),
      nextOrderKey: options.nextOrderKey,
      currentCall: options.currentCall,
    };
    const taken = mailbox;
    mailbox = [];
    const decided: Decided[] = [];
    for (const [index, envelope] of taken.entries()) {
      const countMax = singleTurns > 0 ? 1 : COMMANDS_PER_BATCH_MAX;
      if (index >= countMax || batch.changes.length >= CHANGES_PER_BATCH_MAX) {
        mailbox = [...taken.slice(index), ...mailbox];
        break;
      }
      const outcome = await decideOne(execution, envelope);
      if (outcome === "poisoned") {
        forget(batch);
        const others = taken.filter((other) => other !== envelope);
        mailbox = [...others, ...mailbox];
        return;
      }
      decided.push({ envelope, outcome });
    }
    if (singleTurns > 0) singleTurns -= 1;
    await commit(batch, decided);
  };

  /** An error that is no EverstepError may have left half a decision behind: the whole batch is decided again without it. */
  const decideOne = async (
    execution: Execution,
    envelope: Envelope,
  ): Promise<Decided["outcome"] | "poisoned"> => {
    try {
      return { value: await execute(execution, envelope.command) };
    } catch (error) {
      if (error instanceof EverstepError) return { error };
      log({
        level: "error",
        message: "A command failed on an internal error and was dropped.",
        fields: { command: envelope.command.type, error: errorText(error) },
      });
      const failure = new EverstepError("internal", "An internal error occurred.", {
        cause: error,
      });
      envelope.answer?.reject(failure);
      envelope.settled?.();
      return "poisoned";
    }
  };

  const commit = async (batch: Batch, decided: readonly Decided[]): Promise<void> => {
    if (batch.changes.length > 0) {
      try {
        await store.commit(batch.changes);
      } catch (error) {
        forget(batch);
        if (isRefusal(error)) isolate(decided, error);
        else await retryLater(decided, error);
        return;
      }
    }
    if (isHalted) return;
    catalog.keep();
    options.failpoint("effects_before");
    options.release(batch.changes);
    for (const { envelope, outcome } of decided) {
      if ("error" in outcome) envelope.answer?.reject(outcome.error);
      else envelope.answer?.resolve(outcome.value);
      envelope.settled?.();
    }
    cache.trim();
    options.pump();
    options.failpoint("effects_after");
  };

  const forget = (batch: Batch): void => {
    for (const runId of batch.touched) cache.delete(runId);
    catalog.rollback();
  };

  /** Nothing of the batch was applied. Clients are told; the engine's own commands are decided again. */
  const retryLater = async (decided: readonly Decided[], error: unknown): Promise<void> => {
    log({
      level: "error",
      message: "A commit failed; nothing of it was applied. It is tried again.",
      fields: { error: errorText(error) },
    });
    const own: Envelope[] = [];
    for (const { envelope } of decided) {
      if (envelope.answer === undefined) own.push(envelope);
      else envelope.answer.reject(unavailable(error));
    }
    mailbox = [...own, ...mailbox];
    await new Promise<void>((resolve) => clock.at(clock.nowMs() + COMMIT_RETRY_MS, resolve));
  };

  /** The store will never take this batch. Trying again would stop the partition for the sake of one command. */
  const isolate = (decided: readonly Decided[], error: unknown): void => {
    const [only] = decided;
    if (decided.length > 1 || only === undefined) {
      singleTurns = decided.length;
      mailbox = [...decided.map(({ envelope }) => envelope), ...mailbox];
      return;
    }
    const { command } = only.envelope;
    log({
      level: "error",
      message: "The store refused what a command changes; the command was dropped.",
      fields: { command: command.type, error: errorText(error) },
    });
    only.envelope.answer?.reject(error);
    const substitute = failedInstead(command);
    if (substitute === undefined) only.envelope.settled?.();
    else mailbox = [{ ...only.envelope, command: substitute }, ...mailbox];
  };

  return {
    push(envelope) {
      if (isHalted) {
        envelope.answer?.reject(new EverstepError("shutting_down", "The engine has stopped."));
        return;
      }
      mailbox.push(envelope);
      start();
    },
    wake() {
      if (isHalted) return;
      if (isRunning) isWakeWanted = true;
      else options.pump();
    },
    idle() {
      if (!isRunning && mailbox.length === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
    halt() {
      isHalted = true;
      for (const envelope of mailbox.splice(0)) {
        envelope.answer?.reject(new EverstepError("shutting_down", "The engine has stopped."));
      }
      for (const resolve of idleWaiters.splice(0)) resolve();
    },
    get queued() {
      return mailbox.length;
    },
  };
}

/** A contradiction, unlike a full disk, does not go away. */
function isRefusal(error: unknown): boolean {
  return error instanceof EverstepError && error.code === "internal";
}

/** An answer that cannot be recorded counts as a failed attempt, so that its run goes on or ends with a reason. */
function failedInstead(command: Command): Command | undefined {
  if (command.type !== "call_ended" || command.end.result.kind === "error") return undefined;
  const message = "The engine could not record the app's answer. Its log names the value at fault.";
  return {
    ...command,
    end: {
      ...command.end,
      result: {
        kind: "error",
        code: "internal",
        error: { name: "InternalError", message },
        retriable: true,
        retryAfterText: undefined,
        outputJson: "null",
        response: command.end.result.response,
      },
    },
  };
}

function unavailable(error: unknown): EverstepError {
  if (error instanceof EverstepError) return error;
  return new EverstepError("store_unavailable", "The store did not take the change. Try again.", {
    cause: error,
  });
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
