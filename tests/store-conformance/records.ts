// Small builders of records, each valid by itself; tests name only the fields they are about.
import type {
  AppRecord,
  AttemptRecord,
  FunctionRecord,
  RunHead,
  RunLogLine,
  StepRecord,
  Timer,
  Wait,
} from "@everstep/core";
import type { EventRecord } from "@everstep/protocol";

export const AT_MS = 1_790_000_000_000;
export const FUNCTION_ID = "6b1f3c64-0000-5000-8000-000000000001";

/** Ids that sort by their number, as ULIDs do. */
export function ulidLike(prefix: string, index: number): string {
  return `01KJ${prefix.toUpperCase().padEnd(4, "0").slice(0, 4)}${String(index).padStart(18, "0")}`;
}

export function anEvent(fields: Partial<EventRecord> = {}): EventRecord {
  const internalId = fields.internalId ?? ulidLike("EV", 1);
  return {
    id: internalId,
    name: "shop/order.created",
    dataJson: `{"orderId":"o_1"}`,
    tsMs: AT_MS,
    receivedAtMs: AT_MS,
    ...fields,
    internalId,
  };
}

export function aRun(fields: Partial<RunHead> = {}): RunHead {
  return {
    id: ulidLike("RUN", 1),
    functionId: FUNCTION_ID,
    functionVersion: 1,
    status: "queued",
    eventIds: [ulidLike("EV", 1)],
    eventName: "shop/order.created",
    orderKey: AT_MS * 4_096 + 1,
    createdAtMs: AT_MS,
    requestVersion: -1,
    pendingStepIds: [],
    stepCount: 0,
    stateBytes: 0,
    ...fields,
  };
}

export function aStep(fields: Partial<StepRecord> = {}): StepRecord {
  return {
    runId: ulidLike("RUN", 1),
    stepId: "a".repeat(40),
    position: 0,
    op: "StepRun",
    name: "charge the card",
    outputJson: `{"type":"data","data":1}`,
    failed: false,
    attempt: 0,
    queuedAtMs: AT_MS,
    startedAtMs: AT_MS + 1,
    endedAtMs: AT_MS + 2,
    ...fields,
  };
}

export function anAttempt(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    runId: ulidLike("RUN", 1),
    generation: 2 ** 32 + 1,
    attempt: 0,
    status: "succeeded",
    queuedAtMs: AT_MS,
    startedAtMs: AT_MS + 1,
    endedAtMs: AT_MS + 2,
    ...fields,
  };
}

export function aLine(fields: Partial<RunLogLine> = {}): RunLogLine {
  return {
    runId: ulidLike("RUN", 1),
    position: 0,
    generation: 2 ** 32 + 1,
    attempt: 0,
    level: "info",
    atMs: AT_MS,
    message: "charged the card",
    ...fields,
  };
}

export function aTimer(fields: Partial<Timer> = {}): Timer {
  return {
    id: 2 ** 32 + 1,
    kind: "call",
    runId: ulidLike("RUN", 1),
    functionId: FUNCTION_ID,
    dueAtMs: AT_MS,
    orderKey: AT_MS * 4_096 + 1,
    attempt: 0,
    queuedAtMs: AT_MS,
    ...fields,
  };
}

/** A timer that belongs to no run. */
export function aCronTimer(fields: Partial<Omit<Timer, "runId">> = {}): Timer {
  const { runId: _none, ...timer } = aTimer({ kind: "cron" });
  const cron = { expression: "*/5 * * * *", scheduledAtMs: AT_MS, jitterMsMax: 2_000 };
  return { ...timer, cron, ...fields };
}

export function aWait(fields: Partial<Wait> = {}): Wait {
  const runId = fields.runId ?? ulidLike("RUN", 1);
  return {
    id: `${runId}.${"b".repeat(40)}`,
    kind: "event",
    runId,
    functionId: FUNCTION_ID,
    eventName: "shop/order.paid",
    matchKey: "data.orderId=o_1",
    matchPath: "data.orderId",
    createdAtMs: AT_MS,
    ...fields,
  };
}

export function anApp(fields: Partial<AppRecord> = {}): AppRecord {
  return {
    id: "0a0a0a0a-0000-5000-8000-000000000001",
    name: "shop",
    url: "http://127.0.0.1:3000/api/inngest",
    sdk: "js:v4.24.0",
    method: "serve",
    checksum: "c0ffee",
    createdAtMs: AT_MS,
    syncedAtMs: AT_MS,
    ...fields,
  };
}

export function aFunction(fields: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    id: FUNCTION_ID,
    appId: "0a0a0a0a-0000-5000-8000-000000000001",
    config: {
      slug: "shop-order",
      name: "Order",
      triggers: [{ kind: "event", event: "shop/order.created" }],
      url: "http://127.0.0.1:3000/api/inngest?fnId=shop-order&stepId=step",
      maxAttempts: 5,
      concurrency: [],
      cancel: [],
    },
    version: 1,
    createdAtMs: AT_MS,
    ...fields,
  };
}
