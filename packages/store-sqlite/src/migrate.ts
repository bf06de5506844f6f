// Brings a database to the newest schema. Migrations are append-only and applied once each, in one transaction each; a
// checksum notices a released migration that was edited. A newer database is refused, never touched.
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { EverstepError } from "@everstep/protocol";
import { sql as first } from "./migrations/0001-first.ts";
import { sql as flowControl } from "./migrations/0002-flow-control.ts";
import { sql as statistics } from "./migrations/0003-statistics.ts";
import { sql as logs } from "./migrations/0004-logs.ts";
import { sql as derived } from "./migrations/0005-derived.ts";
import { sql as calledTimers } from "./migrations/0006-called-timers.ts";

export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "first", sql: first },
  { version: 2, name: "flow control", sql: flowControl },
  { version: 3, name: "statistics", sql: statistics },
  { version: 4, name: "logs", sql: logs },
  { version: 5, name: "derived", sql: derived },
  { version: 6, name: "called timers", sql: calledTimers },
];

const HISTORY_SQL = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL
) STRICT`;

/**
 * Applies the migrations that the database does not have yet.
 * @param path Only for messages.
 * @throws {EverstepError} `store_unavailable`: the schema is newer than this version knows, or a migration differs from
 * the one that was applied. Nothing was changed then.
 */
export function migrate(
  database: DatabaseSync,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const applied = readApplied(database);
  assertKnown(applied, migrations, path);
  for (const migration of migrations.slice(applied.length)) {
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(HISTORY_SQL);
      database.exec(migration.sql);
      database
        .prepare("INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)")
        .run(migration.version, migration.name, checksumOf(migration));
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}

interface AppliedMigration {
  readonly version: number;
  readonly checksum: string;
}

function readApplied(database: DatabaseSync): AppliedMigration[] {
  const exists = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'")
    .get();
  if (exists === undefined) return [];
  const rows = database
    .prepare("SELECT version, checksum FROM schema_migrations ORDER BY version")
    .all();
  return rows as unknown as AppliedMigration[];
}

function assertKnown(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
  path: string,
): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = applied.at(-1)?.version ?? 0;
  if (found > newest) {
    throw new EverstepError(
      "store_unavailable",
      `The database "${path}" has schema version ${found}, and this Everstep knows versions up to ${newest}. ` +
        "Start the Everstep version that wrote it, or a newer one.",
    );
  }
  for (const [index, { version, checksum }] of applied.entries()) {
    const migration = migrations[index];
    if (migration?.version === version && checksumOf(migration) === checksum) continue;
    throw new EverstepError(
      "store_unavailable",
      `Migration ${version} of the database "${path}" is not the one that this Everstep contains. ` +
        "Start the Everstep version that wrote it, or restore a backup.",
    );
  }
}

function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}
