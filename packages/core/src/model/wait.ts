// A wait: a run that stands until something arrives. Found by (eventName, matchKey) for events, by matchKey alone otherwise.
import type { OpFacts } from "./timer.ts";

export const WAIT_KINDS = ["event", "cancel", "invoke", "signal"] as const;
export type WaitKind = (typeof WAIT_KINDS)[number];

export interface Wait {
  /** `<runId>.<stepId>`, or `<runId>.cancel.<index>`: reporting the same op again is the same wait. */
  readonly id: string;
  readonly kind: WaitKind;
  readonly runId: string;
  readonly functionId: string;
  /** event and cancel: the exact event name. invoke: `inngest/function.finished`. signal: "". */
  readonly eventName: string;
  /**
   * Hash bucket: every candidate of an event is found by equality. `""` when the expression has no usable equality;
   * `<path>=<value>` for events; the correlation id for invoke; the signal's name for signal.
   */
  readonly matchKey: string;
  /** Path part of matchKey for events, so that the engine knows which paths to read from an event. */
  readonly matchPath?: string;
  /** Expression over `async` only (event.* already replaced by literals). Absent: every event of the name matches. */
  readonly expression?: string;
  readonly createdAtMs: number;
  /** Absent: never. */
  readonly expiresAtMs?: number;
  readonly timeoutTimerId?: number;
  /** The step that waits; absent for cancel. */
  readonly op?: OpFacts;
  /** invoke: the function that was invoked and the event that did it. */
  readonly invoked?: {
    readonly functionId: string;
    readonly eventId: string;
    readonly runId?: string;
  };
}
