// Files of the store are private: they hold event data and function results. Directories 0700, files 0600.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates the file, and the directories above it, with private modes when they are missing; leaves what exists alone.
 * An existing file is never opened: that would drop the process's POSIX locks on it. SQLite gives its -wal and -shm
 * files the mode of the database.
 */
export function ensureFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
