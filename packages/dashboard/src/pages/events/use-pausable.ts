// Holds a list still while someone reads it: what comes meanwhile is counted, not shown.
import { useState } from "react";

export interface Pausable<Row> {
  readonly rows: readonly Row[];
  readonly isPaused: boolean;
  /** Rows that are there and not shown. */
  readonly waiting: number;
  readonly setPaused: (isPaused: boolean) => void;
}

export function usePausable<Row>(
  latest: readonly Row[],
  idOf: (row: Row) => string,
): Pausable<Row> {
  const [held, setHeld] = useState<readonly Row[]>();
  const known = held === undefined ? undefined : new Set(held.map(idOf));
  return {
    rows: held ?? latest,
    isPaused: held !== undefined,
    waiting: known === undefined ? 0 : latest.filter((row) => !known.has(idOf(row))).length,
    setPaused: (isPaused) => setHeld(isPaused ? latest : undefined),
  };
}
