// Reads a column that holds JSON text inline, or the hash of a row of `payloads`.
import { zstdDecompressSync } from "node:zlib";
import type { Queries } from "./queries.ts";

/** @throws {Error} The payload of a hash is missing: the file is damaged. */
export type PayloadReader = (value: string | Uint8Array) => string;

export function createPayloadReader(queries: Queries): PayloadReader {
  return (value) => {
    if (typeof value === "string") return value;
    const row = queries.find("SELECT zstd FROM payloads WHERE hash = ?", value) as
      | [Uint8Array]
      | undefined;
    if (row === undefined) {
      const hash = Buffer.from(value).toString("hex");
      throw new Error(`Payload ${hash} is missing from the database: the file is damaged`);
    }
    return zstdDecompressSync(row[0]).toString();
  };
}
