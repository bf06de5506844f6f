// The function's deadline (R6), counted from the run's start. It has to be delivered once and at the same place on every
// replay, so it is made part of the run's state: a step that was running is recorded as failed with a TimeoutError, and for
// steps that the server carries out a sleep until the deadline is reported beside them, whose place in the stack tells which
// steps were in flight.
import { TimeoutError } from "../errors.ts";
import { durationText } from "../wire/duration.ts";
import type { WireOp } from "../wire/op.ts";
import { sha1Hex } from "../wire/step-hash.ts";

const MARKER_ID = "everstep: function timeout";
/** Written into the recorded error, so that replays know it from a timeout of the author's own making. */
const MARK = { everstep: "function_timeout" } as const;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export class Deadline {
  readonly markerHash: string = sha1Hex(MARKER_ID);
  readonly atMs: number;
  /** Steps of a catch block may run until then. */
  readonly graceEndMs: number;
  /** Whether user code has got its TimeoutError. */
  isDelivered = false;
  readonly #timeoutMs: number;
  readonly #errors = new WeakSet<object>();

  constructor(timeoutMs: number, startedAtMs: number, graceMs: number = timeoutMs) {
    this.#timeoutMs = timeoutMs;
    this.atMs = startedAtMs + timeoutMs;
    this.graceEndMs = this.atMs + graceMs;
  }

  /** Whether something thrown is an error of this deadline. */
  isDeadline(thrown: unknown): boolean {
    return typeof thrown === "object" && thrown !== null && this.#errors.has(thrown);
  }

  error(stepId?: string): TimeoutError {
    const where = stepId === undefined ? "" : ` while the step "${stepId}" was in flight`;
    const error = new TimeoutError(
      `The function did not finish within its timeout of ${durationText(this.#timeoutMs)}${where}.`,
      stepId === undefined ? {} : { stepId },
    );
    this.#errors.add(error);
    return error;
  }

  /** Wakes the run at the deadline. Reporting it again is harmless. */
  markerOp(): WireOp {
    return {
      displayName: "function timeout",
      op: "Sleep",
      id: this.markerHash,
      name: new Date(this.atMs).toISOString(),
      opts: {},
      userland: { id: MARKER_ID },
      data: null,
    };
  }

  /** Calls back when a time of it passes, at once when it has. Returns how to call it off. */
  onPassed(atMs: number, callback: () => void): () => void {
    const restMs = atMs - Date.now();
    // Timers carry 31 bits; a call never lives that long.
    const timer = setTimeout(callback, Math.min(Math.max(restMs, 0), 2_147_483_647));
    return () => clearTimeout(timer);
  }

  /** The data of a recorded TimeoutError. */
  get mark(): typeof MARK {
    return MARK;
  }
}

/** Whether a remembered error is the function's deadline. */
export function isDeadlineError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { name, data } = error as { readonly name?: unknown; readonly data?: unknown };
  if (name !== "TimeoutError" || typeof data !== "object" || data === null) return false;
  return (data as { readonly everstep?: unknown }).everstep === MARK.everstep;
}

/** When the run was created: its id is a ULID. Other ids (in tests) count from the given time. */
export function runStartMs(runId: string, otherwiseMs: number): number {
  if (!ULID.test(runId)) return otherwiseMs;
  let ms = 0;
  for (const digit of runId.slice(0, 10).toUpperCase()) ms = ms * 32 + ULID_DIGITS.indexOf(digit);
  return ms;
}
