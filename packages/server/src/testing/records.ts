// Builders of records for tests: everything that a record must have, with what a test cares about on top.
import type { AppRecord, FunctionRecord, RunHead } from "@everstep/core";
import type { EventRecord, FunctionConfig } from "@everstep/protocol";

export const EVENT_ID = "01JEVENT000000000000000000";
export const RUN_ID = "01JRVN00000000000000000000";
export const AT_MS = 1_750_000_000_000;

export function anEvent(given: Partial<EventRecord> = {}): EventRecord {
  return {
    internalId: EVENT_ID,
    id: "mine",
    name: "shop/order.placed",
    dataJson: '{"total":12.50}',
    tsMs: AT_MS,
    receivedAtMs: AT_MS + 5,
    ...given,
  };
}

export function aRun(given: Partial<RunHead> = {}): RunHead {
  return {
    id: RUN_ID,
    functionId: "fn-uuid",
    functionVersion: 2,
    status: "running",
    eventIds: [EVENT_ID],
    eventName: "shop/order.placed",
    orderKey: 1,
    createdAtMs: AT_MS,
    startedAtMs: AT_MS + 10,
    requestVersion: 1,
    pendingStepIds: [],
    stepCount: 0,
    stateBytes: 0,
    ...given,
  };
}

export function anApp(given: Partial<AppRecord> = {}): AppRecord {
  return {
    id: "app-uuid",
    name: "shop",
    url: "http://localhost:3000/api/inngest",
    sdk: "js:v4.24.0",
    method: "serve",
    checksum: "c",
    createdAtMs: AT_MS,
    syncedAtMs: AT_MS,
    ...given,
  };
}

export function aFunction(
  given: Partial<Omit<FunctionRecord, "config">> & { config?: Partial<FunctionConfig> } = {},
): FunctionRecord {
  const { config, ...record } = given;
  return {
    id: "fn-uuid",
    appId: "app-uuid",
    version: 2,
    createdAtMs: AT_MS,
    ...record,
    config: {
      slug: "shop-order",
      name: "Order",
      triggers: [{ kind: "event", event: "shop/order.placed" }],
      url: "http://localhost:3000/api/inngest?fnId=shop-order&stepId=step",
      maxAttempts: 5,
      concurrency: [],
      cancel: [],
      ...config,
    },
  };
}
