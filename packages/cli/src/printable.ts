// Payloads, step names and errors come from strangers. Before a terminal sees them, every character that could move the
// cursor, hide text or turn its direction becomes a visible escape.

// Controls (U+009B starts a sequence like ESC [), line separators, and the marks that turn text direction.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text on one line, with unsafe characters as `\u001b`. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, escapeOf);
}

/** The text on as many lines as it has. */
export function printableLines(text: string): readonly string[] {
  return text.split(/\r?\n/u).map(printable);
}

/** JSON text that is safe on a terminal and still the same JSON. */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).split("\n").map(printable).join("\n");
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
