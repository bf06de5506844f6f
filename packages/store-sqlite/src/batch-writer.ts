// Applies one batch to the database in one transaction, on whichever thread owns the writing connection.
// All or nothing: any error rolls back and leaves the connection ready for the next batch.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Failpoint } from "./failpoints.ts";
import { createFailureIndex, type FailureIndex } from "./failure-index.ts";
import { createPayloadWriter, type PayloadWriter } from "./payload-writer.ts";
import { createRunTallies, type RunTallies } from "./run-tallies.ts";
import {
  getWriteStatement,
  RUN_ENDS,
  type WriteGroup,
  type WriteStatement,
} from "./write-tables.ts";

/** Rows per multi-row statement: see docs/decisions/0003 for the measurement. */
const ROWS_PER_STATEMENT = 16;
const SQLITE_BUSY = 5;
const BUSY_RETRIES_MAX = 5;

export interface BatchWriter {
  /** Durable when it returns. @throws The SQLite error, after a rollback. */
  readonly write: (groups: readonly WriteGroup[]) => void;
  /** What is kept of ended runs beside their rows. */
  readonly failures: FailureIndex;
  readonly tallies: RunTallies;
}

interface Prepared {
  readonly statement: WriteStatement;
  readonly one: StatementSync;
  readonly many: StatementSync | undefined;
}

export function createBatchWriter(database: DatabaseSync, failpoint: Failpoint): BatchWriter {
  const payloads = createPayloadWriter(database);
  const failures = createFailureIndex(database);
  const tallies = createRunTallies(database, Date.now);
  const prepared = new Map<string, Prepared>();

  function prepare(name: string): Prepared {
    let entry = prepared.get(name);
    if (entry === undefined) {
      const statement = getWriteStatement(name);
      entry = {
        statement,
        one: database.prepare(statement.sqlFor(1)),
        many: statement.isMultiRow
          ? database.prepare(statement.sqlFor(ROWS_PER_STATEMENT))
          : undefined,
      };
      prepared.set(name, entry);
    }
    return entry;
  }

  function apply(groups: readonly WriteGroup[]): void {
    const middle = Math.floor(groups.length / 2);
    groups.forEach((group, index) => {
      if (index === middle) failpoint("commit_mid");
      if (group.statement !== RUN_ENDS) {
        writeGroup(prepare(group.statement), group.values, payloads);
      }
    });
    payloads.flush();
    // Last, because they read what the batch has written.
    for (const { statement, values } of groups) if (statement === RUN_ENDS) noteEnds(values);
  }

  function noteEnds(values: WriteGroup["values"]): void {
    const failed: string[] = [];
    const ends = Array.from({ length: values.length / 3 }, (_, index) => {
      const [runId, endedAtMs, status] = values.slice(index * 3, index * 3 + 3);
      if (status === "failed") failed.push(String(runId));
      return { runId: String(runId), endedAtMs: Number(endedAtMs) };
    });
    failures.add(failed);
    tallies.noteEnds(ends);
  }

  return {
    failures,
    tallies,
    write(groups) {
      failpoint("commit_before_begin");
      begin(database);
      try {
        apply(groups);
        failpoint("commit_before_commit");
        database.exec("COMMIT");
      } catch (error) {
        payloads.forget();
        tallies.forget();
        // SQLite has already rolled back by itself after some errors, such as a full disk.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
      failpoint("commit_after_commit");
    },
  };
}

function writeGroup(
  { statement, one, many }: Prepared,
  values: WriteGroup["values"],
  payloads: PayloadWriter,
): void {
  const { width, payloadIndexes } = statement;
  if (width === 0) {
    one.run();
    return;
  }
  const stored = payloadIndexes.length === 0 ? values : payloads.store(values, statement);
  let offset = 0;
  if (many !== undefined) {
    const step = width * ROWS_PER_STATEMENT;
    for (; offset + step <= stored.length; offset += step) {
      many.run(...stored.slice(offset, offset + step));
    }
  }
  for (; offset < stored.length; offset += width) {
    one.run(...stored.slice(offset, offset + width));
  }
}

/** Another program (a backup, a shell) may hold the write lock for a moment; busy_timeout waits inside each try. */
function begin(database: DatabaseSync): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      database.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY || attempt === BUSY_RETRIES_MAX) throw error;
    }
  }
}

/** The primary result code of a SQLite error (https://sqlite.org/rescode.html), or undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
