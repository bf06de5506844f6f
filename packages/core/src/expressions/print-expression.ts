// Tree to text, so that a bound expression can be stored and compiled again after a restart. Printing then parsing gives
// the same tree; only JSON values, bytes and type names occur as literals.
import { CelType, ExpressionFailure } from "./cel-value.ts";
import type { CelMap, CelValue } from "./cel-value.ts";
import type { BinaryOperator, ExpressionNode } from "./expression-node.ts";

/** How tightly each form binds; a child that binds less than its place demands gets parentheses. */
const TERNARY = 1;
const OR = 2;
const AND = 3;
const EQUALITY = 4;
const RELATION = 5;
const SUM = 6;
const PRODUCT = 7;
const UNARY = 8;
const POSTFIX = 9;
const LEVELS: Readonly<Record<BinaryOperator, number>> = {
  "==": EQUALITY,
  "!=": EQUALITY,
  "<": RELATION,
  "<=": RELATION,
  ">": RELATION,
  ">=": RELATION,
  in: RELATION,
  "+": SUM,
  "-": SUM,
  "*": PRODUCT,
  "/": PRODUCT,
  "%": PRODUCT,
};

/** The CEL source of a tree. */
export function printExpression(node: ExpressionNode): string {
  return print(node, TERNARY);
}

function print(node: ExpressionNode, place: number): string {
  const [text, level] = printed(node);
  return level < place ? `(${text})` : text;
}

function printed(node: ExpressionNode): readonly [string, number] {
  switch (node.kind) {
    case "literal":
      return printedLiteral(node.value);
    case "root":
    case "local":
      return [node.name, POSTFIX];
    case "select":
      return [`${print(node.target, POSTFIX)}.${node.field}`, POSTFIX];
    case "has":
      return [`has(${print(node.target, POSTFIX)}.${node.field})`, POSTFIX];
    case "index":
      return [`${print(node.target, POSTFIX)}[${print(node.index, TERNARY)}]`, POSTFIX];
    case "list":
      return [`[${list(node.items)}]`, POSTFIX];
    case "map": {
      const entries = node.entries.map(
        ([key, value]) => `${print(key, TERNARY)}: ${print(value, TERNARY)}`,
      );
      return [`{${entries.join(", ")}}`, POSTFIX];
    }
    case "call":
      return [printedCall(node.name, node.member, node.args), POSTFIX];
    case "macro": {
      const filter = node.filter === undefined ? "" : `${print(node.filter, TERNARY)}, `;
      const inside = `${node.variable}, ${filter}${print(node.body, TERNARY)}`;
      return [`${print(node.range, POSTFIX)}.${node.macro}(${inside})`, POSTFIX];
    }
    default:
      return printedOperator(node);
  }
}

function printedOperator(node: ExpressionNode): readonly [string, number] {
  switch (node.kind) {
    case "not":
      return [`!${print(node.operand, UNARY)}`, UNARY];
    case "negate":
      return [`-${print(node.operand, UNARY)}`, UNARY];
    case "and":
      return [`${print(node.left, AND)} && ${print(node.right, AND + 1)}`, AND];
    case "or":
      return [`${print(node.left, OR)} || ${print(node.right, OR + 1)}`, OR];
    case "binary": {
      const level = LEVELS[node.operator];
      return [`${print(node.left, level)} ${node.operator} ${print(node.right, level + 1)}`, level];
    }
    case "ternary":
      return [
        `${print(node.condition, OR)} ? ${print(node.yes, TERNARY)} : ${print(node.no, TERNARY)}`,
        TERNARY,
      ];
    default:
      throw new ExpressionFailure(`cannot print ${node.kind}`);
  }
}

function printedCall(name: string, member: boolean, args: readonly ExpressionNode[]): string {
  const [subject, ...rest] = args;
  if (!member || subject === undefined) return `${name}(${list(args)})`;
  return `${print(subject, POSTFIX)}.${name}(${list(rest)})`;
}

function list(nodes: readonly ExpressionNode[]): string {
  return nodes.map((node) => print(node, TERNARY)).join(", ");
}

function printedLiteral(value: CelValue): readonly [string, number] {
  if (typeof value === "number") return printedDouble(value);
  if (typeof value === "bigint") return [String(value), value < 0n ? UNARY : POSTFIX];
  if (typeof value === "string") return [printedString(value), POSTFIX];
  if (value === undefined || value === null) return ["null", POSTFIX];
  if (typeof value === "boolean") return [String(value), POSTFIX];
  if (value instanceof CelType) return [value.name, POSTFIX];
  if (value instanceof Uint8Array) {
    return [
      `b"${Array.from(value, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`,
      POSTFIX,
    ];
  }
  if (Array.isArray(value)) {
    return [`[${value.map((item) => printedLiteral(item as CelValue)[0]).join(", ")}]`, POSTFIX];
  }
  const entries = Object.entries(value as CelMap).map(
    ([key, item]) => `${printedString(key)}: ${printedLiteral(item)[0]}`,
  );
  return [`{${entries.join(", ")}}`, POSTFIX];
}

/** A double keeps its point, or it would come back as an integer. */
function printedDouble(value: number): readonly [string, number] {
  if (!Number.isFinite(value)) return [`double("${value}")`, POSTFIX];
  const text = Object.is(value, -0) ? "-0" : String(value);
  return [/[.e]/.test(text) ? text : `${text}.0`, text.startsWith("-") ? UNARY : POSTFIX];
}

/** JSON's escapes are CEL's too, except that CEL has none for half a surrogate pair. */
function printedString(value: string): string {
  if (value.isWellFormed()) return JSON.stringify(value);
  return `json_parse(${JSON.stringify(JSON.stringify({ v: value }))}).v`;
}
