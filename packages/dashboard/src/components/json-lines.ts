// A JSON value as lines to show, most of it folded: pure and without recursion, because payloads are as deep and as long as
// their sender likes. Text that could mislead the eye (controls, ANSI escapes, right-to-left marks) is written as escapes.

export type Folds = ReadonlyMap<string, boolean>;

export interface JsonLine {
  /** Where it is in the value, as a JSON pointer. */
  readonly path: string;
  readonly depth: number;
  /** The name within an object, quoted; absent in lists. */
  readonly key?: string;
  readonly kind: "open" | "close" | "string" | "number" | "literal";
  /** What stands after the key, without comma. */
  readonly text: string;
  /** For a line that folds: whether it is open, and how many members it has. */
  readonly fold?: { readonly isOpen: boolean; readonly size: number };
  /** A text that was cut: the whole of it. */
  readonly whole?: string;
  readonly comma: boolean;
}

/** Deeper levels start folded. */
const OPEN_DEPTH = 3;
/** A list or object with more members starts folded, unless it is the whole value. */
const OPEN_SIZE = 100;
const TEXT_MAX = 2_000;
const INDENT_MAX = 40;

// Controls but tab and line feed, zero-width and bidirectional marks, the byte order mark, lone surrogates.
const MISLEADING =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The text with everything that cannot be seen, or that moves other text, written as `\u202e`. */
export function visibleText(text: string): string {
  return text.replaceAll(
    MISLEADING,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

interface Task {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
  readonly key?: string;
  readonly comma: boolean;
  /** Instead of a value: the bracket that ends one. */
  readonly closes?: string;
}

/** `folds` holds what was folded or unfolded by hand, by path. */
export function toJsonLines(value: unknown, folds: Folds): JsonLine[] {
  const lines: JsonLine[] = [];
  const tasks: Task[] = [{ value, path: "", depth: 0, comma: false }];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const place = {
      path: task.path,
      depth: Math.min(task.depth, INDENT_MAX),
      comma: task.comma,
      ...(task.key !== undefined && { key: quote(task.key) }),
    };
    if (task.closes !== undefined) lines.push({ ...place, kind: "close", text: task.closes });
    else if (typeof task.value !== "object" || task.value === null) {
      lines.push({ ...place, ...leafOf(task.value) });
    } else pushContainer({ lines, tasks, folds }, task as Task & { value: object }, place);
  }
  return lines;
}

function pushContainer(
  work: { lines: JsonLine[]; tasks: Task[]; folds: Folds },
  task: Task & { value: object },
  place: Pick<JsonLine, "path" | "depth" | "comma" | "key">,
): void {
  const { value, path, depth, comma } = task;
  const isList = Array.isArray(value);
  const entries = isList ? undefined : Object.entries(value);
  const size = isList ? value.length : (entries?.length ?? 0);
  const [start, end] = isList ? ["[", "]"] : ["{", "}"];
  if (size === 0) {
    work.lines.push({ ...place, kind: "literal", text: start + end });
    return;
  }
  const startsOpen = depth === 0 || (depth < OPEN_DEPTH && size <= OPEN_SIZE);
  const isOpen = work.folds.get(path) ?? startsOpen;
  work.lines.push({
    ...place,
    kind: "open",
    text: start,
    comma: comma && !isOpen,
    fold: { isOpen, size },
  });
  if (!isOpen) return;
  // No pointer holds "~]", so no member of the value has this path.
  work.tasks.push({ value: undefined, path: `${path}~]`, depth, comma, closes: end });
  for (let index = size - 1; index >= 0; index -= 1) {
    const [key, child] = entries?.[index] ?? [undefined, (value as unknown[])[index]];
    work.tasks.push({
      value: child,
      path: `${path}/${key === undefined ? index : key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      depth: depth + 1,
      comma: index < size - 1,
      ...(key !== undefined && { key }),
    });
  }
}

function leafOf(value: unknown): Pick<JsonLine, "kind" | "text" | "whole"> {
  if (typeof value === "string") {
    if (value.length <= TEXT_MAX) return { kind: "string", text: quote(value) };
    return { kind: "string", text: `${quote(value.slice(0, TEXT_MAX))}…`, whole: value };
  }
  if (typeof value === "number") return { kind: "number", text: String(value) };
  return { kind: "literal", text: JSON.stringify(value) ?? "undefined" };
}

function quote(text: string): string {
  return visibleText(JSON.stringify(text));
}
