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

/** Read once: a page that draws itself at every key asks often. */
let known: readonly SentEvent[] | undefined;

export function listSent(): readonly SentEvent[] {
  known ??= readStored();
  return known;
}

function readStored(): readonly SentEvent[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isSentEvent) : [];
  } catch {
    return [];
  }
}

export function addSent(sent: SentEvent): void {
  if (JSON.stringify(sent).length > DRAFT_MAX) return;
  const isSame = (other: SentEvent): boolean =>
    other.draft.name === sent.draft.name && other.draft.data === sent.draft.data;
  known = [sent, ...listSent().filter((other) => !isSame(other))].slice(0, KEPT);
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(known));
  } catch {
    // Full or forbidden: sending does not depend on it.
  }
}

function isSentEvent(value: unknown): value is SentEvent {
  const { draft, atMs } = (value ?? {}) as { draft?: Partial<Draft>; atMs?: unknown };
  const texts = [draft?.name, draft?.data, draft?.user, draft?.id, draft?.at];
  return typeof atMs === "number" && texts.every((text) => typeof text === "string");
}
