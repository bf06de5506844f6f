// Numbers and ids that never repeat, over restarts too: everything starts from the epoch that the store raised.
import { createUlidFactory } from "@everstep/protocol";
import type { Chance, Clock } from "./ports.ts";

const COUNTERS_PER_EPOCH = 2 ** 32;
/** Room in an order key for runs of one millisecond. */
const ORDER_KEYS_PER_MS = 4_096;

export interface Identity {
  readonly newTimerId: () => number;
  readonly nextGeneration: () => number;
  readonly newUlid: (atMs: number) => string;
  /** Increasing: runs are called in this order. */
  readonly nextOrderKey: () => number;
}

export function createIdentity(epoch: number, clock: Clock, chance: Chance): Identity {
  let timers = 0;
  let generations = 0;
  let lastOrderKey = 0;
  return {
    newTimerId: () => epoch * COUNTERS_PER_EPOCH + ++timers,
    nextGeneration: () => epoch * COUNTERS_PER_EPOCH + ++generations,
    newUlid: createUlidFactory((count) => chance.bytes(count)),
    nextOrderKey: () => {
      lastOrderKey = Math.max(lastOrderKey + 1, clock.nowMs() * ORDER_KEYS_PER_MS);
      return lastOrderKey;
    },
  };
}
