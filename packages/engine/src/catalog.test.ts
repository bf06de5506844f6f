// The catalogue in memory: what it finds, and that a failed batch leaves no trace in it.
import type { AppRecord, FunctionRecord, Timer, Wait } from "@everstep/core";
import { describe, expect, it } from "vitest";
import { createCatalog, type Catalog } from "./catalog.ts";

function anApp(fields: Partial<AppRecord> = {}): AppRecord {
  return {
    id: "app",
    name: "shop",
    url: "http://localhost",
    sdk: "js",
    method: "serve",
    checksum: "c",
    createdAtMs: 0,
    syncedAtMs: 0,
    ...fields,
  };
}

function aFunction(slug: string, fields: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    id: `id-of-${slug}`,
    appId: "app",
    version: 1,
    createdAtMs: 0,
    config: {
      slug,
      name: slug,
      triggers: [{ kind: "event", event: "shop/order" }],
      url: "http://localhost",
      maxAttempts: 1,
      concurrency: [],
      cancel: [],
    },
    ...fields,
  };
}

function aTimer(id: number, kind: Timer["kind"] = "cron"): Timer {
  return { id, kind, functionId: "f", dueAtMs: 0, orderKey: 0, attempt: 0, queuedAtMs: 0 };
}

function aCatalog(): Catalog {
  const functions = [aFunction("a"), aFunction("old", { archivedAtMs: 1 })];
  const matchPaths = [
    { eventName: "shop/reply", path: "" },
    { eventName: "shop/reply", path: "data.id" },
  ];
  return createCatalog(
    { epoch: 1, apps: [anApp()], functions, controls: [], bulkJobs: [], matchPaths },
    [aTimer(1)],
  );
}

function startedBy(catalog: Catalog, name: string): readonly string[] {
  const { matches } = catalog.triggers().match({ name, readEvent: () => ({}) }, 0);
  return matches.map(({ functionId }) => functionId);
}

describe("createCatalog", () => {
  it("finds live functions by slug and id, and archived ones by id alone", () => {
    const catalog = aCatalog();
    expect(catalog.findLive("a")?.id).toBe("id-of-a");
    expect(catalog.findLive("id-of-a")?.id).toBe("id-of-a");
    expect(catalog.findLive("old")).toBeUndefined();
    expect(catalog.findLive("id-of-old")).toBeUndefined();
    expect(catalog.function("id-of-old")?.archivedAtMs).toBe(1);
    expect(catalog.functions()).toHaveLength(1);
    expect(catalog.allFunctions()).toHaveLength(2);
    expect(catalog.functionsOfApp("app")).toHaveLength(2);
    expect(catalog.functionsOfApp("other")).toEqual([]);
    expect(startedBy(catalog, "shop/order")).toEqual(["id-of-a"]);
  });

  it("lists apps until they are archived", () => {
    const catalog = aCatalog();
    catalog.apply({ type: "app_saved", app: anApp({ archivedAtMs: 5 }) });
    expect(catalog.apps()).toEqual([]);
    expect(catalog.app("app")?.archivedAtMs).toBe(5);
  });

  it("[W9] knows the paths that waits use", () => {
    const catalog = aCatalog();
    const wait: Wait = {
      id: "w",
      kind: "event",
      runId: "r",
      functionId: "f",
      eventName: "shop/other",
      matchKey: "",
      matchPath: "data.n",
      createdAtMs: 0,
    };
    expect([...(catalog.matchPaths("shop/reply") ?? [])]).toEqual(["", "data.id"]);
    expect(catalog.matchPaths("shop/other")).toBeUndefined();
    catalog.noteWait(wait);
    catalog.noteWait({ ...wait, matchPath: "data.m" });
    const { matchPath: _matchPath, ...signal } = wait;
    catalog.noteWait({ ...signal, eventName: "" });
    expect([...(catalog.matchPaths("shop/other") ?? [])]).toEqual(["data.n", "data.m"]);
    expect(catalog.matchPaths("")).toBeUndefined();
  });

  it("[D2] a batch that failed is taken back, one that was kept stays", () => {
    const catalog = aCatalog();
    catalog.apply({ type: "function_saved", function: aFunction("b") });
    catalog.keep();
    expect(startedBy(catalog, "shop/order")).toEqual(["id-of-a", "id-of-b"]);
    catalog.apply({ type: "function_saved", function: aFunction("a", { archivedAtMs: 2 }) });
    catalog.apply({ type: "timer_removed", timerId: 1 });
    catalog.apply({ type: "timer_added", timer: aTimer(2) });
    expect(startedBy(catalog, "shop/order")).toEqual(["id-of-b"]);
    expect([catalog.hasCronTimer(1), catalog.hasCronTimer(2)]).toEqual([false, true]);
    catalog.rollback();
    expect(startedBy(catalog, "shop/order")).toEqual(["id-of-a", "id-of-b"]);
    expect(catalog.findLive("a")?.id).toBe("id-of-a");
    expect(catalog.cronTimers().map(({ id }) => id)).toEqual([1]);
    catalog.rollback();
    expect(catalog.functions()).toHaveLength(2);
  });

  it("timers of runs are none of its business", () => {
    const catalog = aCatalog();
    catalog.apply({ type: "timer_added", timer: aTimer(9, "sleep") });
    catalog.apply({ type: "timer_removed", timerId: 1, runId: "r" });
    catalog.apply({ type: "wait_removed", waitId: "w", runId: "r" });
    expect(catalog.cronTimers().map(({ id }) => id)).toEqual([1]);
  });
});
