// What decisions are given from outside: the time, fresh ids, chance, and the catalogue. Nothing else is read.
import type { FunctionRecord } from "../model/app.ts";

export interface DecideContext {
  readonly nowMs: number;
  /** Unique, increasing. */
  readonly newTimerId: () => number;
  /** ULID with this time, monotonic. */
  readonly newUlid: (atMs: number) => string;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** Fixed delay between attempts instead of the table, ms. */
  readonly retryIntervalMs?: number | undefined;
  readonly stepsPerRunMax: number;
  /** Whether a call for this timer is out right now. */
  readonly isInFlight: (timerId: number) => boolean;
  /** A live function by slug or id. */
  readonly findFunction: (slugOrId: string) => FunctionRecord | undefined;
}
