// Opens the store: lock, schema, connections, writer. A file has one writing connection in a thread of its own, one
// reading connection on the calling thread and, for reads of many rows, another one in a thread; memory has one connection for all.
import type { History, Store } from "@everstep/core";
import { EverstepError } from "@everstep/protocol";
import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { openFileConnection, openMemoryDatabase } from "./connection.ts";
import { ensureFile } from "./ensure-file.ts";
import { createFailpoint, type Failpoint } from "./failpoints.ts";
import { acquireFileLock, type FileLock } from "./file-lock.ts";
import { createHistory } from "./history.ts";
import { migrate } from "./migrate.ts";
import { createPayloadReader } from "./payload-reader.ts";
import { createQueries } from "./queries.ts";
import { createStore } from "./store.ts";
import { createThreadHistory } from "./thread-history.ts";
import { createInlineWriter, createThreadWriter, type Writer } from "./writer.ts";

export interface SqliteStoreOptions {
  /** A file, created with mode 0600 (its directories with 0700) when missing, or `:memory:`. */
  readonly path: string;
  /**
   * A connection that the caller owns and closes: the store then neither locks nor closes anything and writes on the
   * calling thread. With `openMemoryDatabase()` the data outlive the store.
   */
  readonly database?: DatabaseSync;
  /** Crash points of a store that writes on the calling thread. Files read `EVERSTEP_FAIL_AT` in their writer thread. */
  readonly failpoint?: Failpoint;
}

export interface SqliteStore {
  readonly store: Store;
  readonly history: History;
  /** Waits for commits under way, then frees the file. Call it once. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a store on one SQLite file, or in memory, and brings its schema up to date.
 *
 * A commit that resolved is durable (`synchronous=FULL`) and seen by every later read. One process owns a file until it
 * closes the store or dies.
 * @throws {EverstepError} `store_unavailable`: another process owns the file, its schema is newer, or it is damaged.
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  if (options.database !== undefined) return openOver(options.database, options);
  if (options.path !== ":memory:") return openFile(options.path);
  const database = openMemoryDatabase();
  const opened = openOver(database, options);
  return {
    ...opened,
    close: async () => {
      await opened.close();
      database.close();
    },
  };
}

function openOver(database: DatabaseSync, { path, failpoint }: SqliteStoreOptions): SqliteStore {
  migrate(database, path);
  const writer = createInlineWriter(database, failpoint ?? createFailpoint({}));
  return { ...connect(database, writer), close: () => writer.close() };
}

function openFile(path: string): SqliteStore {
  const lock = lockFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = openFileConnection(path);
    migrate(database, path);
    checkAfterCrash(database, path);
  } catch (error) {
    database?.close();
    lock.release();
    throw toOpenError(error, path);
  }
  const reader = database;
  reader.exec("PRAGMA query_only = ON");
  const writer = createThreadWriter(path);
  const { store, history } = connect(reader, writer);
  const threaded = createThreadHistory(path, history);
  return {
    store,
    history: threaded.history,
    close: async () => {
      await threaded.close();
      await writer.write([{ statement: "closed_cleanly", values: [] }]).catch(() => {});
      await writer.close();
      // The last connection to close folds the WAL into the file.
      reader.close();
      lock.release();
    },
  };
}

function lockFile(path: string): FileLock {
  try {
    ensureFile(path);
    return acquireFileLock(path);
  } catch (error) {
    throw toOpenError(error, path);
  }
}

function connect(database: DatabaseSync, writer: Writer): Pick<SqliteStore, "store" | "history"> {
  const queries = createQueries(database);
  const readPayload = createPayloadReader(queries);
  return {
    store: createStore({ queries, readPayload, writer }),
    history: createHistory(queries, readPayload),
  };
}

/** A check reads the whole file; beyond this size it would break the budget of 700 ms from start to healthy. */
const CHECKED_BYTES_MAX = 32 * 1024 * 1024;

/** After a kill the file is checked when it is small. SQLite's WAL makes damage unlikely; a broken disk makes it likely. */
function checkAfterCrash(database: DatabaseSync, path: string): void {
  const closed = database.prepare("SELECT value FROM meta WHERE key = 'closed_cleanly'").get();
  if (closed?.["value"] === 1 || statSync(path).size > CHECKED_BYTES_MAX) return;
  const [finding] = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {});
  if (finding === "ok") return;
  throw new Error(`quick_check says: ${String(finding)}`);
}

function toOpenError(error: unknown, path: string): Error {
  if (error instanceof EverstepError) return error;
  return new EverstepError(
    "store_unavailable",
    `The database "${path}" cannot be opened: ${openAdvice(error)}`,
    { cause: error },
  );
}

const NO_RIGHT = "Give it the right to write there, or use another directory.";
const NO_DIRECTORY = "Move that file away, or use another directory.";
const NO_PLACE = "There can be no directory or file of that name: use another directory.";
const FILE_ADVICE: Readonly<Record<string, string>> = {
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: NO_RIGHT,
  EEXIST: NO_DIRECTORY,
  ENOTDIR: NO_DIRECTORY,
  ENOENT: NO_PLACE,
  ENOTSUP: NO_PLACE,
  EINVAL: NO_PLACE,
  ELOOP: NO_PLACE,
  ENAMETOOLONG: NO_PLACE,
  ENOSPC: "Free disk space, or use another directory.",
};

/** Why, and what to do, for what the file system or SQLite says. */
export function openAdvice(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const subject = FILE_ADVICE[code] === NO_RIGHT ? "this process may not write (" : "";
  const advice = FILE_ADVICE[code] ?? "Check the file and its directory, or restore a backup.";
  return `${subject}${reason}${subject === "" ? "" : ")"}. ${advice}`;
}
