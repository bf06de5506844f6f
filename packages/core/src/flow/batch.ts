// Batching (server.md 4.6): events of a function and key gather until they are enough, too large, or the first has waited its
// time. The limiter counts; the events themselves are rows of their own.
import { eventToWireJson, type EventRecord, type FunctionConfig } from "@everstep/protocol";
import type { Limiter, LimiterId } from "../model/flow.ts";

export type BatchRule = NonNullable<FunctionConfig["batch"]>;

/** From this size on a batch runs at once (server.md 4.6). */
const BATCH_BYTES_MAX: number = 10 * 1024 * 1024;

/** An open batch: one for each function and key. */
export interface BatchState {
  /** ULID: its run carries it as `flow.batchId`. */
  readonly id: string;
  readonly count: number;
  readonly bytes: number;
  readonly dueAtMs: number;
  readonly timerId: number;
}

export interface BatchStep {
  readonly count: number;
  readonly bytes: number;
  /** With this event it runs now. */
  readonly isFull: boolean;
}

export function stepBatch(
  rule: BatchRule,
  open: Pick<BatchState, "count" | "bytes"> | undefined,
  event: EventRecord,
): BatchStep {
  const count = (open?.count ?? 0) + 1;
  const bytes = (open?.bytes ?? 0) + Buffer.byteLength(eventToWireJson(event));
  return { count, bytes, isFull: count >= rule.maxSize || bytes >= BATCH_BYTES_MAX };
}

export function batchLimiter(id: LimiterId, state: BatchState): Limiter {
  return { ...id, stateJson: JSON.stringify(state) };
}

/** The open batch that the limiter counts; undefined without one. */
export function readBatch(limiter: Limiter | undefined): BatchState | undefined {
  return limiter === undefined ? undefined : (JSON.parse(limiter.stateJson) as BatchState);
}
