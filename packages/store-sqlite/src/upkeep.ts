// Work on derived tables that no commit waits for: one small transaction at a time, on the thread that writes. What fails, for
// example on a full disk, is tried again later; nothing of it is needed for a run to go on.
import type { DatabaseSync } from "node:sqlite";
import type { FailureIndex } from "./failure-index.ts";
import type { RunTallies } from "./run-tallies.ts";

const BUSY_MS = 10;
const IDLE_MS = 1_000;
const FAILED_MS = 5_000;

export interface Upkeep {
  /** Does one piece of work. @returns After how many ms to call it again. */
  readonly step: () => number;
}

export interface UpkeepParts {
  readonly failures: FailureIndex;
  readonly tallies: RunTallies;
  readonly nowMs: () => number;
}

export function createUpkeep(database: DatabaseSync, parts: UpkeepParts): Upkeep {
  const { failures, tallies, nowMs } = parts;
  return {
    step() {
      try {
        const isBehind = tallies.isBehind(nowMs());
        if (!isBehind && failures.isComplete()) return IDLE_MS;
        database.exec("BEGIN IMMEDIATE");
        // One after the other: each keeps its transaction short.
        const hasMore = isBehind ? tallies.catchUp() : failures.catchUp();
        database.exec("COMMIT");
        return hasMore || !failures.isComplete() ? BUSY_MS : IDLE_MS;
      } catch {
        if (database.isTransaction) database.exec("ROLLBACK");
        tallies.forget();
        return FAILED_MS;
      }
    },
  };
}
