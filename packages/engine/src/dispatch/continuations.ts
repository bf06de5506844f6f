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
  /** A call goes on there now; only found steps can be run beside it. */
  readonly isTaken: boolean;
  readonly misses: number;
}

/** A call without what the app knows. */
export interface ContinuedCall {
  readonly request: OutboundRequest;
  readonly token: string;
}

export class Continuations {
  /** By run, the one that was changed longest ago first. */
  readonly #entries = new Map<string, Entry>();

  /** The call without what the app knows; undefined when it has to be made whole. */
  open(call: PreparedCall): ContinuedCall | undefined {
    const { id } = call.head;
    const entry = this.#entries.get(id);
    const isDiscovery = call.timer.op === undefined;
    if (entry?.continuation === undefined || (isDiscovery && entry.isTaken)) return undefined;
    const { continuation } = entry;
    if (!mayContinue(call, continuation)) {
      if (isDiscovery) this.#set(id, { isTaken: false, misses: entry.misses });
      return undefined;
    }
    const request = buildContinuedCall(call, continuation);
    if (isDiscovery && request !== undefined) this.#set(id, { ...entry, isTaken: true });
    return request === undefined ? undefined : { request, token: continuation.token };
  }

  /** Whether the app may keep the run after this whole call. */
  mayOffer(call: PreparedCall): boolean {
    const entry = this.#entries.get(call.head.id);
    const isFree = entry?.continuation === undefined && (entry?.misses ?? 0) < MISSES_MAX;
    return isFree && isPlain(call) && call.timer.op === undefined;
  }

  /** The app did not have the run, or the call did not reach it. */
  miss(call: PreparedCall, token: string): void {
    const { id } = call.head;
    const entry = this.#entries.get(id);
    // A newer answer may have named another place meanwhile.
    if (entry?.continuation !== undefined && entry.continuation.token !== token) return;
    this.#set(id, { isTaken: false, misses: (entry?.misses ?? 0) + 1 });
  }

  /**
   * Reads from an answer what the app keeps.
   * @param how The call was continued: the app had the run. Offered: it may keep it from now on. Whole: it says nothing about a
   * run that is kept since another call.
   */
  note(call: PreparedCall, answer: InboundResponse, how: "continued" | "offered" | "whole"): void {
    if (call.timer.op !== undefined || how === "whole") return;
    const { id } = call.head;
    const misses = how === "continued" ? 0 : (this.#entries.get(id)?.misses ?? 0);
    const continuation = parseContinuation(answer.headers);
    const entry = { isTaken: false, misses };
    this.#set(id, continuation === undefined ? entry : { ...entry, continuation });
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
