// Everything that happened in one simulation, in order, and the first rule that it broke. Two runs of a seed must give the
// same hash.
import { createHash } from "node:crypto";

export interface HistoryEntry {
  readonly atMs: number;
  readonly text: string;
}

export interface Violation {
  readonly invariant: string;
  readonly message: string;
  /** Where in the history it was noticed. */
  readonly index: number;
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  record(what: string, fields?: unknown): void;
  /** Only the first violation counts: what comes after it may follow from it. */
  violate(invariant: string, message: string): void;
  readonly violation: Violation | undefined;
  hash(): string;
}

export function createSimulationHistory(time: { readonly nowMs: number }): History {
  const entries: HistoryEntry[] = [];
  let violation: Violation | undefined;
  return {
    entries,
    record(what, fields) {
      const text = fields === undefined ? what : `${what} ${JSON.stringify(fields)}`;
      entries.push({ atMs: time.nowMs, text });
    },
    violate(invariant, message) {
      violation ??= { invariant, message, index: entries.length };
    },
    get violation() {
      return violation;
    },
    hash() {
      const sum = createHash("sha256");
      for (const { atMs, text } of entries) sum.update(`${atMs} ${text}\n`);
      return sum.digest("hex");
    },
  };
}
