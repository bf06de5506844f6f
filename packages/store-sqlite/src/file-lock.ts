// One owner per database file. The lock is SQLite's own lock on a small second database, `<file>.lock`: the operating
// system drops it when the process dies, however it dies. The database file itself cannot serve: its readers need it open.
// Never open the lock file by other means: closing any descriptor of it would drop this process's locks (POSIX).
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { EverstepError } from "@everstep/protocol";
import { sqliteCode } from "./batch-writer.ts";
import { ensureFile } from "./ensure-file.ts";

const SQLITE_BUSY = 5;

export interface FileLock {
  readonly release: () => void;
}

/**
 * Takes the lock of a database file without waiting.
 * @param path The database file.
 * @throws {EverstepError} `store_unavailable`: another process (or store of this process) owns the file.
 * @throws whatever the file system and SQLite say when there can be no lock file.
 */
export function acquireFileLock(path: string): FileLock {
  const lockPath = `${path}.lock`;
  ensureFile(lockPath);
  const database = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    claim(database);
  } catch (error) {
    const isOwned = sqliteCode(error) === SQLITE_BUSY;
    const owner = isOwned ? readOwner(database) : "";
    database.close();
    if (!isOwned) throw error;
    throw new EverstepError(
      "store_unavailable",
      `The database "${path}" is in use by ${owner}. Stop it, or use another directory.`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}

/**
 * Writes the owner's name, then holds SQLite's RESERVED lock: others can still read who the owner is. Between the two
 * another process may slip in; whose token is stored when the lock is finally held is the owner.
 */
function claim(database: DatabaseSync): void {
  const token = randomUUID();
  for (;;) {
    database.exec("BEGIN IMMEDIATE");
    const row = findOwner(database);
    if (row?.["token"] === token) return;
    database.exec("CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL, token TEXT NOT NULL)");
    database.exec("DELETE FROM owner");
    database.prepare("INSERT INTO owner (pid, token) VALUES (?, ?)").run(process.pid, token);
    database.exec("COMMIT");
  }
}

function findOwner(database: DatabaseSync): Record<string, unknown> | undefined {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'owner'").get();
  return table === undefined ? undefined : database.prepare("SELECT pid, token FROM owner").get();
}

function readOwner(database: DatabaseSync): string {
  try {
    const pid = findOwner(database)?.["pid"];
    return typeof pid === "number" ? `process ${pid}` : "another process";
  } catch {
    // The owner is just writing its name; the refusal is the same without it.
    return "another process";
  }
}
