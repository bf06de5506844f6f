// Parts of sentences that explanations share.
import { formatDuration } from "@everstep/protocol";

export function dateOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A span of time for people: whole seconds from one second on. */
export function spanOf(ms: number): string {
  const shown = ms < 1_000 ? Math.max(0, ms) : Math.floor(ms / 1_000) * 1_000;
  return formatDuration(shown);
}

export function quoted(text: string): string {
  return `"${text}"`;
}
