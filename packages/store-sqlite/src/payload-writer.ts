// Big JSON texts leave their rows: compressed once, stored under their hash and shared by every row that holds the same
// text. Lives beside the writing connection, so that compression never runs on the engine's thread.
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import type { SqlValue, WriteStatement } from "./write-tables.ts";

/** Longer texts are stored in `payloads`. Counted in UTF-16 units, because counting bytes would cost a pass over each text. */
export const INLINE_CHARS_MAX: number = 32 * 1024;

export type StoredValue = SqlValue | Uint8Array;

export interface PayloadWriter {
  /** Returns the values with each big payload replaced by its hash. */
  readonly store: (
    values: readonly SqlValue[],
    statement: WriteStatement,
  ) => readonly StoredValue[];
  /** Writes the payloads of the batch; inside its transaction. */
  readonly flush: () => void;
  /** Drops what a failed batch collected. */
  readonly forget: () => void;
}

interface Pending {
  readonly hash: Uint8Array;
  readonly text: string;
  references: number;
}

export function createPayloadWriter(database: DatabaseSync): PayloadWriter {
  const addReferences = database.prepare(
    "UPDATE payloads SET reference_count = reference_count + ? WHERE hash = ?",
  );
  const insert = database.prepare(
    "INSERT INTO payloads (hash, reference_count, text_bytes, zstd) VALUES (?, ?, ?, ?)",
  );
  const pending = new Map<string, Pending>();

  function hashOf(text: string): Uint8Array {
    const hash = createHash("sha256").update(text).digest();
    const key = hash.toString("latin1");
    const known = pending.get(key);
    if (known === undefined) pending.set(key, { hash, text, references: 1 });
    else known.references += 1;
    return hash;
  }

  return {
    store(values, { width, payloadIndexes }) {
      let stored: StoredValue[] | undefined;
      for (let row = 0; row < values.length; row += width) {
        for (const index of payloadIndexes) {
          const value = values[row + index];
          if (typeof value !== "string" || value.length <= INLINE_CHARS_MAX) continue;
          stored ??= [...values];
          stored[row + index] = hashOf(value);
        }
      }
      return stored ?? values;
    },
    flush() {
      for (const { hash, text, references } of pending.values()) {
        if (addReferences.run(references, hash).changes > 0) continue;
        const bytes = Buffer.from(text);
        insert.run(hash, references, bytes.length, zstdCompressSync(bytes));
      }
      pending.clear();
    },
    forget: () => pending.clear(),
  };
}
