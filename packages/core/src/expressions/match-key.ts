// The equality by which a wait is indexed, so that an event finds its waiters by lookup. The key is always implied by
// the whole expression: it may let candidates through that do not match, but never hides one that does.
import { readField } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import type { Expression } from "./compile-expression.ts";
import type { ExpressionNode } from "./expression-node.ts";
import { hash53 } from "./stable-hash.ts";

export interface MatchKey {
  /** Path below the event, e.g. `data.id`. */
  readonly path: string;
  /** Canonical text of the value, at most 130 characters. */
  readonly value: string;
}

const VALUE_CHARS_MAX = 128;
const SEGMENT = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The best equality among the top-level `&&` parts (text before numbers before booleans), if there is one. */
export function matchKeyOf(bound: { readonly expression: Expression }): MatchKey | undefined {
  const keys = conjuncts(bound.expression.node).map(keyOfEquality);
  const found = keys.filter((key) => key !== undefined);
  const rank = (key: MatchKey): number => "shnb".indexOf(key.value.charAt(0));
  return found.reduce<MatchKey | undefined>(
    (best, key) => (best === undefined || rank(key) < rank(best) ? key : best),
    undefined,
  );
}

/** The canonical value text of an arriving event at a path; undefined when it can equal no indexed value. */
export function matchKeyValue(event: unknown, path: string): string | undefined {
  let value = event as CelValue;
  for (const segment of path.split(".")) value = readField(value, segment);
  return canonical(value);
}

function conjuncts(node: ExpressionNode): readonly ExpressionNode[] {
  if (node.kind !== "and") return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

function keyOfEquality(node: ExpressionNode): MatchKey | undefined {
  if (node.kind !== "binary" || node.operator !== "==") return undefined;
  return keyOf(node.left, node.right) ?? keyOf(node.right, node.left);
}

function keyOf(side: ExpressionNode, other: ExpressionNode): MatchKey | undefined {
  if (other.kind !== "literal") return undefined;
  const segments = pathOf(side);
  const value = canonical(other.value);
  if (segments === undefined || segments.length === 0 || value === undefined) return undefined;
  return { path: segments.join("."), value };
}

/** The fields below `async`, outermost first; undefined for anything that is not a plain path. */
function pathOf(node: ExpressionNode): readonly string[] | undefined {
  if (node.kind === "root") return node.name === "async" ? [] : undefined;
  const field = fieldOf(node);
  if (field === undefined || !SEGMENT.test(field.name)) return undefined;
  const before = pathOf(field.target);
  return before === undefined ? undefined : [...before, field.name];
}

function fieldOf(node: ExpressionNode): { target: ExpressionNode; name: string } | undefined {
  if (node.kind === "select") return { target: node.target, name: node.field };
  if (node.kind !== "index" || node.index.kind !== "literal") return undefined;
  const name = node.index.value;
  return typeof name === "string" ? { target: node.target, name } : undefined;
}

/** Equal values have equal texts; the text is short and free of characters that a database may refuse. */
function canonical(value: CelValue): string | undefined {
  if (typeof value === "boolean") return `b:${value}`;
  if (typeof value === "bigint") return `n:${Number(value)}`;
  // Adding zero turns -0, which equals 0, into 0.
  if (typeof value === "number") return Number.isNaN(value) ? undefined : `n:${value + 0}`;
  if (typeof value !== "string") return undefined;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const isPlain = value.length <= VALUE_CHARS_MAX && !/[\u0000-\u001f]/.test(value);
  return isPlain && value.isWellFormed() ? `s:${value}` : `h:${value.length}:${hash53(value)}`;
}
