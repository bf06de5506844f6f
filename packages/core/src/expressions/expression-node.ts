// The tree of an expression after parsing, in the form that every pass here reads: linking to closures, binding,
// printing, policies. Nodes are immutable; macros are already resolved, so no pass has to know the parser's shapes.
import type { CelValue } from "./cel-value.ts";

export type BinaryOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

export type MacroKind = "all" | "exists" | "exists_one" | "map" | "filter";

/** The names an expression may read from outside. */
export type RootName = "event" | "async" | "vars";

export type ExpressionNode =
  | { readonly kind: "literal"; readonly value: CelValue }
  | { readonly kind: "root"; readonly name: RootName }
  | { readonly kind: "local"; readonly name: string }
  | { readonly kind: "select"; readonly target: ExpressionNode; readonly field: string }
  | { readonly kind: "has"; readonly target: ExpressionNode; readonly field: string }
  | { readonly kind: "index"; readonly target: ExpressionNode; readonly index: ExpressionNode }
  | {
      readonly kind: "call";
      readonly name: string;
      /** Written as `first.name(rest)` rather than `name(first, rest)`. */
      readonly member: boolean;
      readonly args: readonly ExpressionNode[];
    }
  | { readonly kind: "list"; readonly items: readonly ExpressionNode[] }
  | {
      readonly kind: "map";
      readonly entries: readonly (readonly [ExpressionNode, ExpressionNode])[];
    }
  | { readonly kind: "not"; readonly operand: ExpressionNode }
  | { readonly kind: "negate"; readonly operand: ExpressionNode }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
    }
  | {
      readonly kind: "and" | "or";
      readonly left: ExpressionNode;
      readonly right: ExpressionNode;
    }
  | {
      readonly kind: "ternary";
      readonly condition: ExpressionNode;
      readonly yes: ExpressionNode;
      readonly no: ExpressionNode;
    }
  | {
      readonly kind: "macro";
      readonly macro: MacroKind;
      readonly range: ExpressionNode;
      readonly variable: string;
      /** Only the three-argument `map(x, filter, body)` has one. */
      readonly filter?: ExpressionNode;
      readonly body: ExpressionNode;
    };

/** The direct children of a node, in evaluation order. */
export function childrenOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case "literal":
    case "root":
    case "local":
      return [];
    case "select":
    case "has":
      return [node.target];
    case "index":
      return [node.target, node.index];
    case "call":
      return node.args;
    case "list":
      return node.items;
    case "map":
      return node.entries.flat();
    case "not":
    case "negate":
      return [node.operand];
    case "binary":
    case "and":
    case "or":
      return [node.left, node.right];
    case "ternary":
      return [node.condition, node.yes, node.no];
    case "macro":
      return node.filter === undefined
        ? [node.range, node.body]
        : [node.range, node.filter, node.body];
  }
}

/** The same node over other children, which come in the order of `childrenOf`. */
export function withChildren(
  node: ExpressionNode,
  children: readonly ExpressionNode[],
): ExpressionNode {
  const at = (position: number): ExpressionNode => children[position] as ExpressionNode;
  switch (node.kind) {
    case "literal":
    case "root":
    case "local":
      return node;
    case "select":
    case "has":
      return { ...node, target: at(0) };
    case "index":
      return { ...node, target: at(0), index: at(1) };
    case "call":
      return { ...node, args: children };
    case "list":
      return { ...node, items: children };
    case "map":
      return { ...node, entries: node.entries.map((_, n) => [at(2 * n), at(2 * n + 1)] as const) };
    case "not":
    case "negate":
      return { ...node, operand: at(0) };
    case "binary":
    case "and":
    case "or":
      return { ...node, left: at(0), right: at(1) };
    case "ternary":
      return { ...node, condition: at(0), yes: at(1), no: at(2) };
    case "macro":
      return node.filter === undefined
        ? { ...node, range: at(0), body: at(1) }
        : { ...node, range: at(0), filter: at(1), body: at(2) };
  }
}

/** Says whether any node of the tree passes the test. */
export function someNode(node: ExpressionNode, test: (node: ExpressionNode) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test));
}
