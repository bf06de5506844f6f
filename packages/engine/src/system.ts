// The real clock and real chance. Everything else takes them as arguments, so that tests and the simulator can replace them.
import { randomFillSync } from "node:crypto";
import type { Chance, Clock } from "./ports.ts";

/** Longer waits are cut into pieces: setTimeout stands still while a machine is suspended, the wall clock does not. */
const TIMEOUT_MS_MAX = 10_000;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  at(atMs, fire) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const delayMs = atMs - Date.now();
      // Node may fire up to a millisecond early; a timer must never be early.
      if (delayMs <= 0) fire();
      else handle = setTimeout(arm, Math.min(delayMs, TIMEOUT_MS_MAX));
    };
    handle = setTimeout(arm, Math.min(Math.max(atMs - Date.now(), 0), TIMEOUT_MS_MAX));
    return () => clearTimeout(handle);
  },
};

const POOL_BYTES = 16_384;
const pool = new Uint8Array(POOL_BYTES);
let poolOffset = POOL_BYTES;

export const systemChance: Chance = {
  random: () => Math.random(),
  bytes(count) {
    if (poolOffset + count > POOL_BYTES) {
      randomFillSync(pool);
      poolOffset = 0;
    }
    poolOffset += count;
    return pool.slice(poolOffset - count, poolOffset);
  },
};
