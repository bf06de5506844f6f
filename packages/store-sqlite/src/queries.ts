// Reads rows as arrays through statements that are prepared once, on the calling thread's connection.
// Several reads that must agree go into one snapshot, because commits arrive from the writer thread between them.
import type { DatabaseSync, StatementSync } from "node:sqlite";

export type QueryValue = string | number | Uint8Array | null;

export interface Queries {
  /** Rows are arrays of columns; the caller knows their form from its SELECT. */
  readonly all: (sql: string, ...values: QueryValue[]) => unknown[];
  readonly find: (sql: string, ...values: QueryValue[]) => unknown;
  /** Every read inside `read` sees the same commits. */
  readonly snapshot: <Result>(read: () => Result) => Result;
}

/** A bound on the statement cache: SQL texts come from a small set of shapes, far below it. */
const STATEMENTS_MAX = 256;

export function createQueries(database: DatabaseSync): Queries {
  const statements = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    let statement = statements.get(sql);
    if (statement === undefined) {
      if (statements.size >= STATEMENTS_MAX) statements.clear();
      statement = database.prepare(sql);
      statement.setReturnArrays(true);
      statements.set(sql, statement);
    }
    return statement;
  }

  return {
    all: (sql, ...values) => prepare(sql).all(...values),
    find: (sql, ...values) => prepare(sql).get(...values),
    snapshot(read) {
      prepare("BEGIN").run();
      try {
        return read();
      } finally {
        prepare("COMMIT").run();
      }
    },
  };
}
