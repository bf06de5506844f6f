// JSON for shells and source files: what does not print, or turns the direction of writing, stands there as an escape, so that
// a copied command is what it looks like. Pure. The value is the same after parsing.

/** Ranges of UTF-16 codes, both ends included. Line feed and tab stay: an indented text has them between its values. */
const TREACHEROUS: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
];
const PATTERN = new RegExp(
  `[${TREACHEROUS.map(([first, last]) => `${escapeOf(first)}-${escapeOf(last)}`).join("")}]`,
  "g",
);

/** @param indent Spaces for each level; 0 gives one line. */
export function inertJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  return text.replace(PATTERN, (character) => escapeOf(character.charCodeAt(0)));
}

function escapeOf(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
