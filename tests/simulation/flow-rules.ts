// Draws the flow-control rules of a function: none for a third of them, else a few that the engine accepts together, tight
// enough to be felt by the traffic of a simulation.
import type { ConcurrencyRule, FunctionConfig } from "@everstep/protocol";
import type { Dice } from "./dice.ts";

export type FlowRules = Pick<
  FunctionConfig,
  | "concurrency"
  | "throttle"
  | "rateLimit"
  | "debounce"
  | "batch"
  | "priority"
  | "idempotency"
  | "singleton"
>;

/** The one key of all rules, so that checkers can tell groups without expressions. */
const KEY = "event.data.k";

/** @param isInvoked It may come to wait for itself: then no place may be held for whole runs. */
export function drawFlowRules(dice: Dice, isInvoked: boolean): FlowRules {
  const drawn = dice.chance(0.45) ? drawConcurrency(dice) : [];
  const concurrency = drawn.filter(({ level }) => level === "step" || !isInvoked);
  if (dice.chance(0.35)) return { concurrency };
  const throttle = dice.chance(0.3)
    ? {
        limit: dice.int(1, 4),
        periodMs: dice.int(500, 60_000),
        burst: dice.int(0, 2),
        ...keyed(dice),
      }
    : undefined;
  const dispatched = { concurrency, ...(throttle === undefined ? {} : { throttle }) };
  if (dice.chance(0.25)) return { ...dispatched, batch: drawBatch(dice) };
  return {
    ...dispatched,
    ...(dice.chance(0.2)
      ? { rateLimit: { limit: dice.int(1, 4), periodMs: dice.int(1_000, 120_000), ...keyed(dice) } }
      : {}),
    ...(dice.chance(0.1) ? { idempotency: KEY } : {}),
    ...(dice.chance(0.25) ? { debounce: drawDebounce(dice) } : {}),
    ...(dice.chance(0.25)
      ? { singleton: { mode: dice.pick(["skip", "cancel"] as const), ...keyed(dice) } }
      : {}),
    ...(dice.chance(0.2) ? { priority: { run: "event.data.n > 5 ? 120 : -60" } } : {}),
  };
}

function drawConcurrency(dice: Dice): readonly ConcurrencyRule[] {
  const limit = dice.int(1, 3);
  const plain: ConcurrencyRule = { limit, scope: "fn", level: "step" };
  return dice.pick<readonly ConcurrencyRule[]>([
    [plain],
    [plain],
    [{ ...plain, key: KEY }],
    [{ ...plain, level: "fn" }],
    [{ ...plain, level: "fn", key: KEY }],
    [{ ...plain, scope: "env", key: KEY }],
    [plain, { ...plain, limit: dice.int(1, 2), key: KEY }],
  ]);
}

function drawBatch(dice: Dice): NonNullable<FunctionConfig["batch"]> {
  return {
    maxSize: dice.int(2, 5),
    timeoutMs: dice.int(1_000, 60_000),
    ...keyed(dice),
    ...(dice.chance(0.2) ? { if: "event.data.n < 8" } : {}),
  };
}

function drawDebounce(dice: Dice): NonNullable<FunctionConfig["debounce"]> {
  const periodMs = dice.int(1_000, 60_000);
  const timeout = dice.chance(0.5) ? { timeoutMs: dice.int(periodMs, 90_000) } : {};
  return { periodMs, ...timeout, ...keyed(dice) };
}

function keyed(dice: Dice): { readonly key?: string } {
  return dice.chance(0.6) ? { key: KEY } : {};
}
