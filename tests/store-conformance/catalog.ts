// Conformance: what a new owner of the partition starts from.
import { describe, expect, it } from "vitest";
import { withStore, type OpenStore } from "./open-store.ts";
import { aFunction, anApp, aRun, aWait, anEvent, AT_MS, FUNCTION_ID } from "./records.ts";

const key = { functionId: FUNCTION_ID, key: "order-1", runId: "R", expiresAtMs: AT_MS + 10 };

export function describeCatalog(openStore: OpenStore): void {
  describe("catalog", () => {
    itKeepsAppsAndFunctions(openStore);
    itKeepsPathsAndData(openStore);
  });
  describe("idempotency keys", () => {
    itFindsIdempotencyKeys(openStore);
  });
}

function itKeepsAppsAndFunctions(openStore: OpenStore): void {
  it("starts at epoch 1 with nothing, and raises the epoch at each opening", async () => {
    const first = await openStore();
    expect(await first.store.open()).toEqual({
      epoch: 1,
      apps: [],
      functions: [],
      controls: [],
      bulkJobs: [],
      matchPaths: [],
    });
    const second = await first.reopen();
    expect((await second.store.open()).epoch).toBe(2);
    const third = await second.reopen();
    expect((await third.store.open()).epoch).toBe(3);
    await third.close();
  });

  it("keeps the latest form of each app and function, archived ones too", async () => {
    const opened = await openStore();
    await opened.store.open();
    const app = anApp({ error: "unreachable", errorCode: "app_unreachable" });
    const archived = aFunction({ version: 2, archivedAtMs: AT_MS + 5 });
    const other = aFunction({ id: "6b1f3c64-0000-5000-8000-000000000002" });
    await opened.store.commit([
      { type: "app_saved", app: anApp() },
      { type: "app_saved", app },
      { type: "function_saved", function: aFunction() },
    ]);
    await opened.store.commit([
      { type: "function_saved", function: archived },
      { type: "function_saved", function: other },
    ]);
    const next = await opened.reopen();
    const catalog = await next.store.open();
    expect(catalog.apps).toEqual([app]);
    expect(catalog.functions).toEqual([archived, other]);
    await next.close();
  });
}

function itKeepsPathsAndData(openStore: OpenStore): void {
  it("remembers every path that a wait ever used, once each, after the waits are gone", async () => {
    const opened = await openStore();
    await opened.store.open();
    const run = aRun();
    const wait = aWait();
    const brief = aWait({ id: `${run.id}.brief`, matchPath: "data.brief" });
    const plain = aWait({ id: `${run.id}.plain`, eventName: "x", matchKey: "" });
    const { matchPath: _none, ...withoutPath } = plain;
    await opened.store.commit([
      { type: "run_added", run },
      { type: "wait_added", wait },
      { type: "wait_added", wait: brief },
      { type: "wait_removed", waitId: brief.id, runId: run.id },
      { type: "wait_added", wait: withoutPath },
    ]);
    await opened.store.commit([
      { type: "wait_removed", waitId: wait.id, runId: run.id },
      { type: "wait_added", wait: aWait({ id: `${run.id}.again` }) },
    ]);
    const next = await opened.reopen();
    const { matchPaths } = await next.store.open();
    expect(matchPaths).toHaveLength(2);
    expect(matchPaths).toEqual(
      expect.arrayContaining([
        { eventName: "shop/order.paid", path: "data.orderId" },
        { eventName: "shop/order.paid", path: "data.brief" },
      ]),
    );
    await next.close();
  });

  it("keeps what was committed before it was closed", async () => {
    const opened = await openStore();
    await opened.store.open();
    await opened.store.commit([
      { type: "event_added", event: anEvent() },
      { type: "run_added", run: aRun() },
    ]);
    const next = await opened.reopen();
    await next.store.open();
    const [loaded] = await next.store.loadRuns([aRun().id]);
    expect(loaded?.state.head).toEqual(aRun());
    expect(loaded?.events).toEqual([anEvent()]);
    await next.close();
  });
}

function itFindsIdempotencyKeys(openStore: OpenStore): void {
  it("finds keys that live, for every function", async () => {
    await withStore(openStore, async ({ store }) => {
      const other = { ...key, functionId: "other" };
      await store.commit([
        { type: "idempotency_key_added", key },
        { type: "idempotency_key_added", key: other },
        { type: "idempotency_key_added", key: { ...key, key: "order-2" } },
      ]);
      const found = await store.findIdempotencyKeys(["order-1", "order-9"], AT_MS);
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining([key, other]));
      expect(await store.findIdempotencyKeys(["order-1"], AT_MS + 10)).toEqual([]);
      expect(await store.findIdempotencyKeys([], AT_MS)).toEqual([]);
    });
  });

  it("lets a later run take an expired key", async () => {
    await withStore(openStore, async ({ store }) => {
      const later = { ...key, runId: "R2", expiresAtMs: AT_MS + 99 };
      await store.commit([{ type: "idempotency_key_added", key }]);
      await store.commit([{ type: "idempotency_key_added", key: later }]);
      expect(await store.findIdempotencyKeys(["order-1"], AT_MS + 20)).toEqual([later]);
    });
  });
}
