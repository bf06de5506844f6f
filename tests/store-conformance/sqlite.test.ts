// The conformance suite over SQLite: a file with its writer thread, and memory.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openMemoryDatabase, openSqliteStore } from "@everstep/store-sqlite";
import { afterAll, describe } from "vitest";
import { describeBulk } from "./bulk.ts";
import { describeCatalog } from "./catalog.ts";
import { describeFlow } from "./flow.ts";
import { describeFold } from "./fold.ts";
import { describeEventHistory, describeRunHistory } from "./history.ts";
import { describeLogs } from "./logs.ts";
import type { OpenedStore, OpenStore } from "./open-store.ts";
import { describeRuns } from "./runs.ts";
import { describeStatistics } from "./statistics.ts";
import { describeTimers, describeWaits } from "./timers-and-waits.ts";

const directory = mkdtempSync(join(tmpdir(), "store-conformance-"));
afterAll(() => rmSync(directory, { recursive: true }));

function openFile(path: string): OpenedStore {
  const opened = openSqliteStore({ path });
  const reopen = async (): Promise<OpenedStore> => {
    await opened.close();
    return openFile(path);
  };
  return { ...opened, reopen };
}

function openMemory(database = openMemoryDatabase()): OpenedStore {
  const opened = openSqliteStore({ path: ":memory:", database });
  // As after a crash: the old store is not closed, the data are still there.
  return { ...opened, reopen: async () => openMemory(database) };
}

let fileCount = 0;
const ADAPTERS: readonly [name: string, openStore: OpenStore, foldRuns: number][] = [
  ["memory", async () => openMemory(), 200],
  ["file", async () => openFile(join(directory, `${(fileCount += 1)}`, "everstep.db")), 8],
];

describe.each(ADAPTERS)("sqlite %s", (_name, openStore, foldRuns) => {
  describeCatalog(openStore);
  describeRuns(openStore);
  describeTimers(openStore);
  describeWaits(openStore);
  describeRunHistory(openStore);
  describeStatistics(openStore);
  describeEventHistory(openStore);
  describeFlow(openStore);
  describeLogs(openStore);
  describeBulk(openStore);
  describeFold(openStore, foldRuns);
});
