// Events that were sent from this browser, newest first, to be sent again. Kept in the browser only; what another version or
// another page left there is ignored.
import type { Draft } from "./draft.ts";

export interface SentEvent {
  readonly draft: Draft;
  readonly atMs: number;
}

const STORED_AS = "everstep.sent-events";
const KEPT = 30;
/** The browser's storage is small, and a payload of a megabyte is better found in the stream. */
const DRAFT_MAX = 50_000;

export function listSent(): readonly SentEvent[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? "[]");
    return Array.isArray(known) ? known.filter(isSentEvent) : [];
  } catch {
    return [];
  }
}

export function addSent(sent: SentEvent): void {
  if (JSON.stringify(sent).length > DRAFT_MAX) return;
  const isSame = (other: SentEvent): boolean =>
    other.draft.name === sent.draft.name && other.draft.data === sent.draft.data;
  const all = [sent, ...listSent().filter((other) => !isSame(other))];
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(all.slice(0, KEPT)));
  } catch {
    // Full or forbidden: sending does not depend on it.
  }
}

function isSentEvent(value: unknown): value is SentEvent {
  const { draft, atMs } = (value ?? {}) as { draft?: Partial<Draft>; atMs?: unknown };
  const texts = [draft?.name, draft?.data, draft?.user, draft?.id, draft?.at];
  return typeof atMs === "number" && texts.every((text) => typeof text === "string");
}
