// Keys of the benchmark: `everstep start` runs as in production, so calls are signed and checked on both sides.

/** Hex, without prefix. */
export const SIGNING_KEY = "5a".repeat(32);
export const EVENT_KEY = "bench-event-key";
