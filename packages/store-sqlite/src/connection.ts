// Opens connections with the settings that Everstep's promises need: WAL, an fsync for each commit, no waiting readers.
import { DatabaseSync } from "node:sqlite";

/** How long SQLite waits for another program's lock before it says busy, ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** Of each of the two connections. Not mapped: a mapped file counts as this process's memory, page by page. */
const CACHE_KIB = 32_000;

/** Under load every 16 MB of WAL are folded into the file, by the commit that passes the mark (decision 0003). */
const CHECKPOINT_PAGES = 4_000;

/**
 * A connection to a file. `synchronous=FULL`: a commit that returned survives a power cut. The caller closes it, and
 * sees to it that one process at a time writes the file.
 */
export function openFileConnection(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    timeout: BUSY_TIMEOUT_MS,
  });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA mmap_size = 0;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  `);
  return database;
}

/**
 * An in-memory database that outlives the stores opened over it: what a simulator keeps across a crash of the engine.
 * The caller closes it.
 */
export function openMemoryDatabase(): DatabaseSync {
  const database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  database.exec(
    "PRAGMA temp_store = MEMORY; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;",
  );
  return database;
}
