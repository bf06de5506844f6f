// Files of the store are private: they hold event data and function results. Directories 0700, files 0600.
import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates the file, and the directories above it, with private modes when they are missing; leaves what exists alone.
 * An existing file is never opened: that would drop the process's POSIX locks on it. SQLite gives its -wal and -shm
 * files the mode of the database.
 */
export function ensureFile(path: string): void {
  ensureDirectory(dirname(path));
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
}

/** Not `recursive` of mkdirSync: where a directory exists that takes no others (/proc), Node asks it again for ever. */
function ensureDirectory(path: string): void {
  if (isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) ensureDirectory(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it just now; anything else of that name is in the way.
    if (!isExisting(error) || !isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
