// Small builders for tests of decisions: each record is valid by itself, so a test names only the fields it is about.
import { hashStepId } from "@everstep/protocol";
import type { CallResult, EventRecord, FunctionConfig, JsonObject, Op } from "@everstep/protocol";
import type { FunctionRecord } from "../model/app.ts";
import type { DecideContext } from "../run/context.ts";

export const AT_MS = 1_790_000_000_000;

/** A context whose clock the test moves; ids count up. */
export interface TestContext extends DecideContext {
  nowMs: number;
  stepsPerRunMax: number;
  retryIntervalMs: number | undefined;
  randomValue: number;
  /** Timers whose call is out. */
  readonly inFlight: Set<number>;
  readonly functions: FunctionRecord[];
}

export function aContext(): TestContext {
  let timers = 0;
  let ulids = 0;
  const ctx: TestContext = {
    nowMs: AT_MS,
    stepsPerRunMax: 1_000,
    retryIntervalMs: undefined,
    randomValue: 0,
    inFlight: new Set(),
    functions: [],
    newTimerId: () => ++timers,
    newUlid: () => `01KJ${String(++ulids).padStart(22, "0")}`,
    random: () => ctx.randomValue,
    isInFlight: (timerId) => ctx.inFlight.has(timerId),
    findFunction: (slugOrId) =>
      ctx.functions.find((fn) => fn.id === slugOrId || fn.config.slug === slugOrId),
  };
  return ctx;
}

export function anEvent(fields: Partial<EventRecord> = {}): EventRecord {
  const internalId = fields.internalId ?? "01KJEVENT00000000000000001";
  return {
    id: internalId,
    name: "shop/order.created",
    dataJson: '{"orderId":"o_1"}',
    tsMs: AT_MS,
    receivedAtMs: AT_MS,
    ...fields,
    internalId,
  };
}

export function aFunction(
  config: Partial<FunctionConfig> = {},
  fields: Partial<Omit<FunctionRecord, "config">> = {},
): FunctionRecord {
  const slug = config.slug ?? "shop-order";
  return {
    id: `id-of-${slug}`,
    appId: "id-of-shop",
    version: 1,
    createdAtMs: AT_MS,
    ...fields,
    config: {
      name: "Order",
      triggers: [{ kind: "event", event: "shop/order.created" }],
      url: `http://localhost:3000/api/inngest?fnId=${slug}&stepId=step`,
      maxAttempts: 3,
      concurrency: [],
      cancel: [],
      ...config,
      slug,
    },
  };
}

/** An op for the user's step id, e.g. `anOp("Sleep", "nap", { name: "1h" })`. */
export function anOp(op: Op["op"], userId: string, fields: Partial<Op> = {}): Op {
  return {
    op,
    id: hashStepId(userId),
    name: userId,
    opts: {},
    userland: { id: userId, index: 0 },
    ...(op === "StepError" || op === "StepFailed"
      ? { error: { name: "Error", message: `${userId} failed` } }
      : {}),
    ...fields,
  };
}

export function stepIds(...userIds: readonly string[]): string[] {
  return userIds.map((userId) => hashStepId(userId));
}

export function racing(op: Op): Op {
  const opts: JsonObject = { ...op.opts, parallelMode: "race" };
  return { ...op, opts };
}

const RESPONSE = { status: 206, headers: {}, bodyBytes: 2 };

export function opsResult(
  ops: readonly Op[],
  fields: Partial<Extract<CallResult, { kind: "ops" }>> = {},
): CallResult {
  return {
    kind: "ops",
    ops,
    requestVersion: 2,
    noRetry: undefined,
    retryAfterText: undefined,
    response: RESPONSE,
    ...fields,
  };
}

export function doneResult(outputJson: string): CallResult {
  return { kind: "done", outputJson, response: { ...RESPONSE, status: 200 } };
}

export function errorResult(
  fields: Partial<Extract<CallResult, { kind: "error" }>> = {},
): CallResult {
  return {
    kind: "error",
    error: { name: "Error", message: "boom" },
    retriable: true,
    retryAfterText: undefined,
    outputJson: '{"message":"boom"}',
    response: { ...RESPONSE, status: 500 },
    ...fields,
  };
}
