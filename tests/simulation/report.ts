// What a failing seed says: which rule, what happened around it, and how to see it again.
import type { HistoryEntry } from "./history.ts";
import type { SimulationResult } from "./simulate.ts";

const ENTRIES_AROUND = 40;
const CHARS_MAX = 600;

export function failureReport({ seed, violation, history }: SimulationResult): string {
  if (violation === undefined) return `seed ${seed}: ok`;
  const { invariant, message, index } = violation;
  return [
    `seed ${seed} broke "${invariant}"`,
    `  ${message}`,
    "",
    historyText(history.entries.slice(Math.max(0, index - ENTRIES_AROUND), index + 5)),
    "",
    `Replay: npm run simulate -- --seed ${seed} --verbose`,
  ].join("\n");
}

export function historyText(entries: readonly HistoryEntry[]): string {
  return entries
    .map(({ atMs, text }) => `${new Date(atMs).toISOString()} ${text.slice(0, CHARS_MAX)}`)
    .join("\n");
}
