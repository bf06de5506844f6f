// Migrations: forward from older files, never backward, and the schema as one text that a review can see change.
import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryDatabase } from "./connection.ts";
import { migrate, MIGRATIONS, type Migration } from "./migrate.ts";

const FIRST: Migration = {
  version: 1,
  name: "first",
  sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT;",
};
const SECOND: Migration = {
  version: 2,
  name: "second",
  sql: "ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3;",
};

let database: DatabaseSync;
beforeEach(() => {
  database = openMemoryDatabase();
});
afterEach(() => database.close());

function dumpSchema(): string {
  const rows = database
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name",
    )
    .all();
  return rows.map(({ sql }) => `${String(sql)};\n`).join("\n");
}

describe("migrate", () => {
  it("brings a file of an older version forward and keeps its rows", () => {
    migrate(database, "x.db", [FIRST]);
    database.exec("INSERT INTO notes (text) VALUES ('kept')");
    migrate(database, "x.db", [FIRST, SECOND]);
    migrate(database, "x.db", [FIRST, SECOND]);
    expect({ ...database.prepare("SELECT * FROM notes").get() }).toEqual({
      id: 1,
      text: "kept",
      stars: 3,
    });
  });

  it("refuses a newer file and says what to do", () => {
    migrate(database, "x.db", [FIRST, SECOND]);
    expect(() => migrate(database, "x.db", [FIRST])).toThrow(
      'The database "x.db" has schema version 2, and this Everstep knows versions up to 1. ' +
        "Start the Everstep version that wrote it, or a newer one.",
    );
  });

  it("refuses a file whose migration was not the one it knows", () => {
    migrate(database, "x.db", [FIRST]);
    const edited = { ...FIRST, sql: `${FIRST.sql} -- edited` };
    expect(() => migrate(database, "x.db", [edited, SECOND])).toThrow(
      "Migration 1 of the database",
    );
    expect(dumpSchema()).not.toContain("stars");
  });

  it("leaves nothing of a migration that fails", () => {
    migrate(database, "x.db", [FIRST]);
    const broken = { ...SECOND, sql: `${SECOND.sql} INSERT INTO missing VALUES (1);` };
    expect(() => migrate(database, "x.db", [FIRST, broken])).toThrow("no such table: missing");
    expect(dumpSchema()).not.toContain("stars");
    migrate(database, "x.db", [FIRST, SECOND]);
    expect(dumpSchema()).toContain("stars");
  });

  it("takes the open work of version 1 into version 2", () => {
    migrate(database, "x.db", MIGRATIONS.slice(0, 1));
    database.exec(`
      INSERT INTO runs (no, id, function_id, status, created_at_ms, event_name, event_id, order_key,
        function_version, request_version, step_count, state_bytes)
      VALUES (1, 'queued', 'f', 'queued', 1, 'e', 'ev', 7, 1, -1, 0, 0),
        (2, 'running', 'f', 'running', 1, 'e', 'ev', 8, 1, -1, 0, 0);
      INSERT INTO timers (id, run_no, kind, function_id, due_at_ms, order_key, attempt, queued_at_ms, cron_json, op_json)
      VALUES (1, 1, 'call', 'f', 5, 7, 0, 1, NULL, NULL), (2, 2, 'call', 'f', 5, 8, 0, 1, NULL, '{}'),
        (3, 2, 'sleep', 'f', 6, 8, 0, 1, NULL, '{}'), (4, NULL, 'cron', 'f', 9, 9, 0, 1, '{}', NULL);
    `);
    migrate(database, "x.db");
    const rows = database.prepare("SELECT * FROM timers ORDER BY id").all();
    expect(rows.map(({ id, run_no, kind, lane, is_start }) => [id, run_no, kind, lane, is_start]))
      // Only the call of a run that has not started is a start.
      .toEqual([
        [1, 1, "call", "", 1],
        [2, 2, "call", "", 0],
        [3, 2, "sleep", "", 0],
        [4, null, "cron", "", 0],
      ]);
    expect({ ...rows[2] }).toMatchObject({ due_at_ms: 6, order_key: 8, op_json: "{}" });
    expect(database.prepare("SELECT id FROM runs WHERE flow_json IS NULL").all()).toHaveLength(2);
  });

  it("numbers its migrations from 1 without gaps", () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(
      MIGRATIONS.map((_, index) => index + 1),
    );
  });

  it("makes the schema that schema.sql shows", () => {
    migrate(database, "x.db");
    const file = new URL("schema.sql", import.meta.url);
    expect(`${SCHEMA_HEADER}${dumpSchema()}`).toBe(readFileSync(file, "utf8"));
  });
});

const SCHEMA_HEADER =
  "-- The newest schema, for reading. Made by the migrations; migrate.test.ts holds this file equal to what they make.\n\n";
