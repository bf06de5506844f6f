// Priority (server.md 4.5): seconds by which a run goes before (or after) the others of its function, as if it had been created
// that much earlier. Evaluated once; it moves the order of all its calls and preempts nothing.
import type { FunctionConfig } from "@everstep/protocol";
import { evaluateKey, type KeySource } from "./flow-keys.ts";

/** 12 hours. */
const PRIORITY_S_MAX = 43_200;
/** Room in an order key for runs of one millisecond. */
export const ORDER_KEYS_PER_MS = 4_096;

export interface Priority {
  /** Whole seconds, -43,200 to 43,200. 0 when the expression fails or gives no whole number. */
  readonly seconds: number;
  readonly warning?: string;
}

export function priorityOf(config: FunctionConfig, source: KeySource): Priority {
  const { priority } = config;
  if (priority === undefined) return { seconds: 0 };
  const result = evaluateKey(priority.run, source);
  if (!result.ok) return { seconds: 0, warning: `priority.run failed: ${result.message}` };
  const { value } = result;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    return { seconds: 0, warning: `priority.run gave no whole number, so it counts as 0.` };
  }
  return { seconds: Math.min(Math.max(value, -PRIORITY_S_MAX), PRIORITY_S_MAX) + 0 };
}

/** The order key of a run with this priority. */
export function shiftOrderKey(orderKey: number, seconds: number): number {
  return orderKey - seconds * 1_000 * ORDER_KEYS_PER_MS;
}
