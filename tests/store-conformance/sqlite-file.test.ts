// What holds for a SQLite file beyond the port: one owner, private files, and no lost commit after kill -9, a torn WAL or
// a full disk.
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { StepRecord } from "@everstep/core";
import { openFileConnection, openMemoryDatabase, openSqliteStore } from "@everstep/store-sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { anEvent, aRun, aStep, ulidLike } from "./records.ts";

const CHILD_FILE = fileURLToPath(new URL("sqlite-child.ts", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "store-sqlite-"));
afterAll(() => rmSync(directory, { recursive: true }));

let fileCount = 0;
function newPath(): string {
  fileCount += 1;
  return join(directory, `${fileCount}`, "everstep.db");
}

type Child = ChildProcessByStdio<Writable, Readable, null>;
function startChild(mode: "hold" | "commit", path: string, failAt = ""): Child {
  return spawn(process.execPath, [CHILD_FILE, mode, path], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, EVERSTEP_FAIL_AT: failAt, NODE_OPTIONS: "" },
  });
}

/** Runs the committing child to its death by SIGKILL; returns the last commit that it saw acknowledged, -1 for none. */
async function runCommittingChild(path: string, failAt?: string): Promise<number> {
  const child = startChild("commit", path, failAt);
  const ended = once(child, "close");
  let acked = -1;
  for await (const line of createInterface(child.stdout)) acked = Number(line.split(" ")[1]);
  const [, signal] = await ended;
  expect(signal).toBe("SIGKILL");
  return acked;
}

/** The steps that survived, after checking that each batch is there whole or not at all. */
async function readSurvivingSteps(path: string): Promise<number> {
  const { store, history, close } = openSqliteStore({ path });
  await store.open();
  const run = await history.findRun(aRun().id);
  const { steps } = await history.readRunDetail(aRun().id);
  expect(run?.stepCount ?? 0).toBe(steps.length);
  expect(steps.map(({ position }: StepRecord) => position)).toEqual([...steps.keys()]);
  const next = aStep({ position: steps.length, stepId: "next" });
  if (run !== undefined) await store.commit([{ type: "step_added", step: next }]);
  await close();
  return run === undefined ? -1 : steps.length;
}

/**
 * Where the last frame that counts ends: those after it, of an earlier round of the WAL, carry other salts
 * (https://sqlite.org/fileformat.html#walformat).
 */
function findWalEnd(wal: Buffer): number {
  const frameBytes = 24 + 4_096;
  const salts = wal.subarray(16, 24);
  let end = 32;
  while (wal.subarray(end + 8, end + 16).equals(salts)) end += frameBytes;
  expect(end).toBeGreaterThan(32);
  return end;
}

describe("owner of a file", () => {
  it("is one: a second store is refused with the file's name, until the first is closed", async () => {
    const path = newPath();
    const first = openSqliteStore({ path });
    expect(() => openSqliteStore({ path })).toThrow(
      `"${path}" is in use by process ${process.pid}`,
    );
    await first.store.open();
    expect(() => openSqliteStore({ path })).toThrow(
      expect.objectContaining({ code: "store_unavailable" }),
    );
    await first.close();
    const second = openSqliteStore({ path });
    expect((await second.store.open()).epoch).toBe(2);
    await second.close();
  });

  it("is named to a second process by its pid, and kill -9 frees the file at once", async () => {
    const path = newPath();
    const child = startChild("hold", path);
    const ended = once(child, "close");
    await once(createInterface(child.stdout), "line");
    expect(() => openSqliteStore({ path })).toThrow(`in use by process ${child.pid}.`);
    child.kill("SIGKILL");
    await ended;
    const opened = openSqliteStore({ path });
    expect((await opened.store.open()).epoch).toBe(2);
    await opened.close();
  });
});

describe("files", () => {
  it("are private: directories 0700, files 0600, also the lock, the WAL and its index", async () => {
    const path = join(newPath(), "..", "deep", "er", "everstep.db");
    const { store, close } = openSqliteStore({ path });
    await store.open();
    const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);
    expect(["", ".lock", "-wal", "-shm"].map((suffix) => modeOf(path + suffix))).toEqual(
      Array.from({ length: 4 }, () => "600"),
    );
    expect([join(path, ".."), join(path, "..", "..")].map(modeOf)).toEqual(["700", "700"]);
    await close();
  });

  it("that are no database, or damaged, are refused with the path", async () => {
    const path = newPath();
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "This is a letter, not a database. ".repeat(500));
    expect(() => openSqliteStore({ path })).toThrow(`"${path}" cannot be opened`);

    const damagedPath = newPath();
    await runCommittingChild(damagedPath);
    const { store, close } = openSqliteStore({ path: damagedPath });
    await store.open();
    await close();
    const child = startChild("hold", damagedPath);
    const ended = once(child, "close");
    await once(createInterface(child.stdout), "line");
    child.kill("SIGKILL");
    await ended;
    const bytes = readFileSync(damagedPath);
    bytes.fill(0xee, 4_096 * 5, 4_096 * 30);
    writeFileSync(damagedPath, bytes);
    const attempt = (): unknown => openSqliteStore({ path: damagedPath });
    expect(attempt).toThrow(`"${damagedPath}" cannot be opened`);
    expect(attempt).toThrow("restore a backup");
  });
});

describe("kill -9", () => {
  it.each([
    ["commit_before_begin", 0],
    ["commit_mid", 0],
    ["commit_before_commit", 0],
    ["commit_after_commit", 1],
  ])("at %s keeps every acknowledged commit and no half of one", async (name, unheard) => {
    // Pass 1 is the raising of the epoch, pass 2 the run's commit, pass 6 that of its fourth step.
    const table = [
      { pass: 1, acked: -1, survived: -1 },
      { pass: 2, acked: -1, survived: -1 + unheard },
      { pass: 6, acked: 3, survived: 3 + unheard },
    ];
    for (const { pass, acked, survived } of table) {
      const path = newPath();
      expect(await runCommittingChild(path, `${name}:${pass}`)).toBe(acked);
      expect(await readSurvivingSteps(path)).toBe(survived);
    }
  });

  it("leaves a WAL whose torn tail costs only the commit that it tears", async () => {
    for (const tear of ["truncate", "flip"] as const) {
      const path = newPath();
      expect(await runCommittingChild(path)).toBe(20);
      const wal = `${path}-wal`;
      const bytes = readFileSync(wal);
      const end = findWalEnd(bytes);
      if (tear === "truncate") truncateSync(wal, end - 1_000);
      else {
        bytes.fill(0x5a, end - 500, end - 300);
        writeFileSync(wal, bytes);
      }
      expect(await readSurvivingSteps(path)).toBe(19);
    }
  });
});

describe("a full disk", () => {
  it.each(["file", "memory"])("fails the commit and not the store (%s)", async (kind) => {
    const path = kind === "memory" ? ":memory:" : newPath();
    if (kind === "file") mkdirSync(join(path, ".."), { recursive: true });
    const database = kind === "memory" ? openMemoryDatabase() : openFileConnection(path);
    const { store, history } = openSqliteStore({ path, database });
    await store.open();
    const events = Array.from({ length: 400 }, (_, index) => ({
      type: "event_added" as const,
      event: anEvent({ internalId: ulidLike("EV", index), dataJson: `"${"x".repeat(500)}"` }),
    }));
    const pages = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.exec(`PRAGMA max_page_count = ${pages + 3}`);
    await expect(store.commit(events)).rejects.toMatchObject({
      code: "store_unavailable",
      message: expect.stringContaining("full"),
    });
    expect(await history.countEvents({})).toBe(0);
    database.exec("PRAGMA max_page_count = 1000000");
    await store.commit(events);
    expect(await history.countEvents({})).toBe(400);
    database.close();
  });
});

describe("a busy file", () => {
  it("is waited for: a commit goes through when another program lets go of the write lock", async () => {
    const path = newPath();
    const { store, history, close } = openSqliteStore({ path });
    await store.open();
    const other = openFileConnection(path);
    other.exec("BEGIN IMMEDIATE");
    const commit = store.commit([{ type: "event_added", event: anEvent() }]);
    // The writer thread is inside SQLite's busy wait or about to enter it; either way it has to outlast this lock.
    expect(await history.countEvents({})).toBe(0);
    other.exec("COMMIT");
    other.close();
    await commit;
    expect(await history.countEvents({})).toBe(1);
    await close();
  });
});

describe("reads of many rows", () => {
  /** Whether a read leaves the calling thread free: what another thread says comes with a later turn of the event loop. */
  async function isElsewhere(read: () => unknown): Promise<boolean> {
    let isOver = false;
    const reading = Promise.resolve(read()).then(() => (isOver = true));
    for (let tick = 0; tick < 10; tick += 1) await Promise.resolve();
    const wasOver = isOver;
    await reading;
    return !wasOver;
  }

  /** The thread starts with the first read. */
  async function offThread(read: () => unknown): Promise<void> {
    while (!(await isElsewhere(read))) await new Promise((resolve) => setImmediate(resolve));
  }

  it("do not hold the calling thread, and see every commit that has resolved", async () => {
    const opened = openSqliteStore({ path: newPath() });
    await opened.store.open();
    const count = (): unknown => opened.history.countRuns({ timeField: "createdAtMs" });
    await offThread(count);
    for (let index = 1; index <= 100; index += 1) {
      const run = aRun({ id: ulidLike("RUN", index) });
      await opened.store.commit([{ type: "run_added", run }]);
      const early = count();
      expect(await Promise.all([early, count(), count()])).toEqual([index, index, index]);
    }
    expect(await isElsewhere(count)).toBe(true);
    const waiting = Promise.allSettled([count(), count()]);
    await opened.close();
    expect(await waiting).toMatchObject([
      { status: "rejected", reason: { code: "store_unavailable" } },
      { status: "rejected" },
    ]);
  });

  it("tell what was wrong with them, and go on", async () => {
    const opened = openSqliteStore({ path: newPath() });
    await opened.store.open();
    const { history } = opened;
    const list = (limit: unknown): unknown =>
      history.listRuns({
        filter: { timeField: "createdAtMs" },
        order: "asc",
        limit: limit as number,
      });
    await offThread(() => list(1));
    await expect(list({})).rejects.toThrow(/bound|column|type/i);
    expect(await list(1)).toEqual([]);
    await opened.close();
  });
});
