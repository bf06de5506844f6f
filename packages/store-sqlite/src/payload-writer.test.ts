// Big payloads: stored once, compressed, counted for each row that refers to them, and never left over by a failed batch.
import type { Change } from "@everstep/core";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openMemoryDatabase } from "./connection.ts";
import { openSqliteStore } from "./open.ts";
import { INLINE_CHARS_MAX } from "./payload-writer.ts";

let database: DatabaseSync;
beforeEach(() => {
  database = openMemoryDatabase();
});
afterEach(() => database.close());

function addEvent(internalId: string, dataJson: string): Change {
  const times = { tsMs: 1, receivedAtMs: 1 };
  return {
    type: "event_added",
    event: { internalId, id: internalId, name: "a", dataJson, ...times },
  };
}

function listPayloads(): { references: unknown; textBytes: unknown; zstdBytes: number }[] {
  const rows = database.prepare("SELECT * FROM payloads ORDER BY text_bytes").all();
  return rows.map((row) => ({
    references: row["reference_count"],
    textBytes: row["text_bytes"],
    zstdBytes: row["zstd"] instanceof Uint8Array ? row["zstd"].length : -1,
  }));
}

it("stores a text once for all rows of all batches that hold it", async () => {
  const { store } = openSqliteStore({ path: ":memory:", database });
  const big = JSON.stringify("é".repeat(INLINE_CHARS_MAX));
  const other = JSON.stringify("o".repeat(INLINE_CHARS_MAX));
  await store.commit([addEvent("1", big), addEvent("2", other), addEvent("3", big)]);
  await store.commit([addEvent("4", big)]);
  const [ofOther, ofBig] = listPayloads();
  expect(ofOther).toMatchObject({ references: 1, textBytes: INLINE_CHARS_MAX + 2 });
  expect(ofBig).toMatchObject({ references: 3, textBytes: 2 * INLINE_CHARS_MAX + 2 });
  expect(ofBig?.zstdBytes).toBeLessThan(1_000);
});

it("keeps a text of the limit in its row", async () => {
  const { store } = openSqliteStore({ path: ":memory:", database });
  await store.commit([addEvent("1", JSON.stringify("x".repeat(INLINE_CHARS_MAX - 2)))]);
  expect(listPayloads()).toEqual([]);
});

it("forgets the texts of a batch that failed", async () => {
  const { store } = openSqliteStore({ path: ":memory:", database });
  const big = JSON.stringify("x".repeat(INLINE_CHARS_MAX));
  const failing = store.commit([addEvent("1", big), addEvent("1", big)]);
  await expect(failing).rejects.toMatchObject({ code: "internal" });
  await store.commit([addEvent("2", "{}")]);
  expect(listPayloads()).toEqual([]);
});
