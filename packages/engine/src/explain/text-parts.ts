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

/** Texts are matched so that nothing in them is taken for a number. */
const TEXT_OR_WHOLE_DOUBLE = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])(\d+)\.0(?![\w.])/g;

/** An expression for people: the number 2 of an event's data is bound as the double `2.0`, and is read as 2. */
export function expressionOf(expression: string): string {
  return expression.replaceAll(TEXT_OR_WHOLE_DOUBLE, (match, whole?: string) => whole ?? match);
}
