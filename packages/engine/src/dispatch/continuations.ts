// Which runs apps hold in memory between two calls, as their answers said, so that the next call can go on there with only what
// is new. In memory only and never needed: without it calls are whole. Invariants: bounded; discovery calls of a run that is
// kept follow each other, so that no two go on from one place; an app that keeps losing runs is not asked to keep them any longer.
import type { Awaitable, LoadedRun, Timer } from "@everstep/core";
import { parseContinuation, type Continuation } from "@everstep/protocol";

const RUNS_MAX = 20_000;
/** Runs that were gone so many times in a row stay with whole calls: their app has many instances, or too little memory. */
const MISSES_MAX = 3;

interface Entry {
  readonly continuation?: Continuation;
  readonly misses: number;
}

/** A call, as far as it matters where it goes on. */
export interface KeepableCall {
  readonly run: LoadedRun;
  readonly timer: Timer;
  /** How many steps of the run had ended, durably, when the call was prepared. */
  readonly stackSize: number;
}

export class Continuations {
  /** By run, the one that was changed longest ago first. */
  readonly #entries = new Map<string, Entry>();
  /** By run, the discovery call that goes on in memory now. */
  readonly #out = new Map<string, Promise<void>>();

  /**
   * Waits until no other discovery call goes on where this one would. That takes no longer than the app needs to come to rest:
   * while other calls of a run are out, a discovery call runs no steps.
   * @returns What is to be called once the call has been answered; at once when there is nothing to wait for.
   */
  begin(call: KeepableCall): Awaitable<() => void> {
    if (call.timer.op !== undefined) return noop;
    const id = idOf(call);
    return this.#out.has(id) ? this.#beginLater(id) : this.#take(id);
  }

  async #beginLater(id: string): Promise<() => void> {
    for (let out = this.#out.get(id); out !== undefined; out = this.#out.get(id)) await out;
    return this.#take(id);
  }

  #take(id: string): () => void {
    if (this.#entries.get(id)?.continuation === undefined) return noop;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#out.set(id, promise);
    return () => {
      this.#out.delete(id);
      resolve();
    };
  }

  /** Where the call can go on; undefined when it has to be made whole. */
  find(call: KeepableCall): Continuation | undefined {
    const id = idOf(call);
    const { continuation, misses = 0 } = this.#entries.get(id) ?? {};
    if (continuation === undefined || mayContinue(call, continuation)) return continuation;
    if (call.timer.op === undefined) this.#set(id, { misses });
    return undefined;
  }

  /** Whether the app may keep the run after this whole call. */
  mayOffer(call: KeepableCall): boolean {
    const entry = this.#entries.get(idOf(call));
    const isFree = entry?.continuation === undefined && (entry?.misses ?? 0) < MISSES_MAX;
    return isFree && isPlain(call) && call.timer.op === undefined;
  }

  /** The app did not have the run, or the call did not reach it. */
  miss(call: KeepableCall, token: string): void {
    const { op, attempt } = call.timer;
    // The run may well be there, and its code be one that must be told its attempt.
    if (op !== undefined && attempt > 0) return;
    const id = idOf(call);
    const entry = this.#entries.get(id);
    // A newer answer may have named another place meanwhile.
    if (entry?.continuation !== undefined && entry.continuation.token !== token) return;
    this.#set(id, { misses: (entry?.misses ?? 0) + 1 });
  }

  /**
   * Reads from an answer's headers what the app keeps.
   * @param how The call was continued: the app had the run. Offered: it may keep it from now on. Whole: it says nothing about a
   * run that is kept since another call.
   */
  note(
    call: KeepableCall,
    headers: Readonly<Record<string, string>>,
    how: "continued" | "offered" | "whole",
  ): void {
    if (call.timer.op !== undefined || how === "whole") return;
    const id = idOf(call);
    const misses = how === "continued" ? 0 : (this.#entries.get(id)?.misses ?? 0);
    const continuation = parseContinuation(headers);
    this.#set(id, continuation === undefined ? { misses } : { misses, continuation });
  }

  #set(runId: string, entry: Entry): void {
    this.#entries.delete(runId);
    if (entry.continuation === undefined && entry.misses === 0) return;
    this.#entries.set(runId, entry);
    if (this.#entries.size <= RUNS_MAX) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }
}

function noop(): void {}

function idOf({ run }: KeepableCall): string {
  return run.state.head.id;
}

/** A call whose outcome does not hang on anything that the app was told before. */
function isPlain({ run }: KeepableCall): boolean {
  return run.state.inputs.size === 0;
}

/** What the app says that it knows must be what comes first in the run. */
function mayContinue(call: KeepableCall, { knownCount, lastKnownId }: Continuation): boolean {
  if (!isPlain(call)) return false;
  if (!bringsNews(call) || knownCount === 0) return true;
  return knownCount <= call.stackSize && call.run.state.stack[knownCount - 1] === lastKnownId;
}

/**
 * The results that a continued call brings, in the order of the stack. A call for one step needs no more than the step's name,
 * and when the step is tried again, what steps inside it have come to.
 */
export function newsOf(call: KeepableCall, { knownCount }: Continuation): readonly string[] {
  return bringsNews(call) ? call.run.state.stack.slice(knownCount, call.stackSize) : [];
}

function bringsNews({ timer }: KeepableCall): boolean {
  return timer.op === undefined || timer.attempt > 0;
}
