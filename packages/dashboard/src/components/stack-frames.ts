// A stack in lines, told apart: the frames of the app's own files, those of Node and of packages, and whatever else the
// text holds. Pure. Nothing is left out but the head that repeats the error's name and message, which stand above it.

export interface StackLine {
  readonly text: string;
  readonly kind: "own" | "library" | "text";
}

/** One line, or frames of libraries that follow each other and are folded into one. */
export type StackPart =
  | { readonly kind: "line"; readonly line: StackLine }
  | { readonly kind: "folded"; readonly lines: readonly StackLine[] };

const FRAME = /^\s*at\s/;
const LIBRARY = /[( ]node:|[\\/]node_modules[\\/]|<anonymous>\)?$|\(native\)$/;
/** Folding a single frame saves nothing. */
const FOLD_MIN = 2;

export function stackLines(
  stack: string,
  head: { readonly name: string; readonly message: string },
): readonly StackLine[] {
  return withoutHead(stack, head)
    .split("\n")
    .map((text) => text.trimEnd())
    .filter((text) => text !== "")
    .map((text) => ({ text, kind: kindOf(text) }));
}

/** Frames of libraries folded where the app has frames of its own to be found among them. */
export function foldLibraries(lines: readonly StackLine[]): readonly StackPart[] {
  if (!lines.some(({ kind }) => kind === "own")) return lines.map(toPart);
  const parts: StackPart[] = [];
  let index = 0;
  while (index < lines.length) {
    let end = index;
    while (lines[end]?.kind === "library") end += 1;
    if (end - index >= FOLD_MIN) {
      parts.push({ kind: "folded", lines: lines.slice(index, end) });
      index = end;
      continue;
    }
    parts.push(...lines.slice(index, index + 1).map(toPart));
    index += 1;
  }
  return parts;
}

function toPart(line: StackLine): StackPart {
  return { kind: "line", line };
}

function kindOf(text: string): StackLine["kind"] {
  if (!FRAME.test(text)) return "text";
  return LIBRARY.test(text) ? "library" : "own";
}

function withoutHead(stack: string, { name, message }: { name: string; message: string }): string {
  for (const head of [`${name}: ${message}`, `Error: ${message}`, name]) {
    if (stack.startsWith(`${head}\n`)) return stack.slice(head.length + 1);
  }
  return stack;
}
