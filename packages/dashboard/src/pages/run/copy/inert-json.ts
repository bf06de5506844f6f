// JSON for shells and source files: what does not print, or turns the direction of writing, stands there as an escape, so that
// a copied command is what it looks like. Pure. The value is the same after parsing.

const TREACHEROUS =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** @param indent Spaces for each level; 0 gives one line. */
export function inertJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  return text.replace(
    TREACHEROUS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
