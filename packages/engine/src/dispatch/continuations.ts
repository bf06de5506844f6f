// Which runs apps hold in memory between two calls, as their answers said, so that the next call can go on there with only what
// is new. In memory only and never needed: without it calls are whole. Invariants: bounded; a discovery call takes its entry
// away, so that no two calls go on from one place; an app that keeps losing runs is not asked to keep them any longer.
import { parseContinuation, type Continuation } from "@everstep/protocol";
import type { InboundResponse, OutboundRequest } from "../ports.ts";
import { buildContinuedCall, type PreparedCall } from "./call-request.ts";

const RUNS_MAX = 20_000;
/** Runs that were gone so many times in a row stay with whole calls: their app has many instances, or too little memory. */
const MISSES_MAX = 3;

interface Entry {
  readonly continuation?: Continuation;
  readonly misses: number;
}

export class Continuations {
  /** By run, the one that was changed longest ago first. */
  readonly #entries = new Map<string, Entry>();

  /** The call without what the app knows; undefined when it has to be made whole. */
  open(call: PreparedCall): OutboundRequest | undefined {
    const { id } = call.head;
    const entry = this.#entries.get(id);
    if (entry?.continuation === undefined) return undefined;
    const { continuation, misses } = entry;
    if (call.timer.op === undefined) this.#set(id, { misses });
    return mayContinue(call, continuation) ? buildContinuedCall(call, continuation) : undefined;
  }

  /** Whether the app may keep the run after this whole call. */
  mayOffer(call: PreparedCall): boolean {
    const misses = this.#entries.get(call.head.id)?.misses ?? 0;
    return isPlain(call) && call.timer.op === undefined && misses < MISSES_MAX;
  }

  /** The app did not have the run, or the call did not reach it. */
  miss(call: PreparedCall): void {
    const { id } = call.head;
    this.#set(id, { misses: (this.#entries.get(id)?.misses ?? 0) + 1 });
  }

  /** Reads from an answer what the app keeps. @param wasContinued The app had the run. */
  note(call: PreparedCall, answer: InboundResponse, wasContinued: boolean): void {
    if (call.timer.op !== undefined) return;
    const { id } = call.head;
    const misses = wasContinued ? 0 : (this.#entries.get(id)?.misses ?? 0);
    const continuation = parseContinuation(answer.headers);
    this.#set(id, continuation === undefined ? { misses } : { continuation, misses });
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

/** A call whose outcome does not hang on anything that the app was told before. */
function isPlain({ timer, run }: PreparedCall): boolean {
  return timer.attempt === 0 && run.state.inputs.size === 0;
}

/** What the app says that it knows must be what comes first in the run. */
function mayContinue(call: PreparedCall, { knownCount, lastKnownId }: Continuation): boolean {
  if (!isPlain(call)) return false;
  if (call.timer.op !== undefined || knownCount === 0) return true;
  return knownCount <= call.stackSize && call.run.state.stack[knownCount - 1] === lastKnownId;
}
