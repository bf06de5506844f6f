// Text to tree: the library's CEL parser reads the grammar, and this file turns its nodes into ours and checks what can
// be known without values: names, functions, argument counts, sizes, fixed regular expressions. Types are not checked,
// since events have none.
import { Environment, ParseError } from "@marcbachmann/cel-js";
import type { ASTNode } from "@marcbachmann/cel-js";
import { UnsignedInt } from "@marcbachmann/cel-js/evaluator";
import { EverstepError, LIMITS } from "@everstep/protocol";
import { CEL_FUNCTIONS, CEL_TYPE_NAMES } from "./cel-functions.ts";
import { CelType, ExpressionFailure, INT_MAX } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";
import { HINT, hintFor, invalid, quoted } from "./invalid-expression.ts";
import type { BinaryOperator, ExpressionNode, MacroKind } from "./expression-node.ts";
import { compileRegex } from "./linear-regex.ts";

interface Bounds {
  readonly charsMax: number;
  readonly nodesMax: number;
  readonly depthMax: number;
  readonly itemsMax: number;
}

/** For what an author writes. */
export const AUTHORED_BOUNDS: Bounds = {
  charsMax: LIMITS.expressionCharsMax,
  nodesMax: 2_000,
  depthMax: 400,
  itemsMax: 1_000,
};
/** For an authored expression with the values of an event written into it. */
export const BOUND_BOUNDS: Bounds = {
  charsMax: 262_144,
  nodesMax: 50_000,
  depthMax: 600,
  itemsMax: 20_000,
};

/** Levels of grouping the library's parser may recurse into. */
const GROUPING_MAX = 200;
const MACROS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);
const MACRO_ARGS: Readonly<Record<MacroKind, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  map: [2, 3],
  filter: [2],
};

interface Scope {
  readonly source: string;
  readonly locals: readonly string[];
  readonly bounds: Bounds;
  readonly depth: number;
}

function environmentOf(bounds: Bounds): Environment {
  return new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: bounds.nodesMax,
      maxDepth: GROUPING_MAX,
      maxListElements: bounds.itemsMax,
      maxMapEntries: bounds.itemsMax,
      maxCallArguments: 8,
    },
  });
}

const environments = new Map<Bounds, Environment>(
  [AUTHORED_BOUNDS, BOUND_BOUNDS].map((bounds) => [bounds, environmentOf(bounds)]),
);

/** Parses CEL source; throws EverstepError `expression_invalid` with the place, the reason and a way out. */
export function parseExpression(source: string, bounds: Bounds): ExpressionNode {
  if (source.trim() === "") {
    throw new EverstepError("expression_invalid", `An expression is empty. ${HINT}`);
  }
  if (source.length > bounds.charsMax) {
    throw new EverstepError(
      "expression_invalid",
      `The expression ${quoted(source)} has ${source.length} characters; at most ${bounds.charsMax} are allowed. ` +
        "Shorten it, or compute the value in the function that sends the event.",
    );
  }
  const ast = parseAst(source, bounds);
  return toNode(ast, { source, locals: [], bounds, depth: 0 });
}

function parseAst(source: string, bounds: Bounds): ASTNode {
  try {
    return (environments.get(bounds) as Environment).parse(source).ast;
  } catch (error) {
    if (error instanceof ParseError) {
      const at = error.range?.start ?? 0;
      throw invalid(source, at, error.summary, hintFor(source));
    }
    // The parser recurses on prefix operators without counting them, so a long run of "!" overflows its stack.
    if (error instanceof RangeError)
      throw invalid(source, 0, "it is nested too deeply", "Simplify it.");
    throw error;
  }
}

function toNode(ast: ASTNode, outer: Scope): ExpressionNode {
  const scope: Scope = { ...outer, depth: outer.depth + 1 };
  if (scope.depth > scope.bounds.depthMax) {
    throw invalid(scope.source, ast.start, "it is nested too deeply", "Simplify it.");
  }
  switch (ast.op) {
    case "value":
      return { kind: "literal", value: literalOf(ast.args, ast, scope) };
    case "id":
      return nameOf(ast.args, ast, scope);
    case ".":
      return { kind: "select", target: toNode(ast.args[0], scope), field: ast.args[1] };
    case "[]":
      return {
        kind: "index",
        target: toNode(ast.args[0], scope),
        index: toNode(ast.args[1], scope),
      };
    case "list":
      return { kind: "list", items: ast.args.map((item) => toNode(item, scope)) };
    case "map":
      return { kind: "map", entries: ast.args.map(([key, value]) => entryOf(key, value, scope)) };
    case "call":
      return callOf({ name: ast.args[0], member: false, args: ast.args[1] }, ast, scope);
    case "rcall":
      return callOf(
        { name: ast.args[0], member: true, args: [ast.args[1], ...ast.args[2]] },
        ast,
        scope,
      );
    default:
      return operatorOf(ast, scope);
  }
}

function operatorOf(ast: ASTNode, scope: Scope): ExpressionNode {
  switch (ast.op) {
    case "!_":
      return { kind: "not", operand: toNode(ast.args, scope) };
    case "-_":
      return negated(toNode(ast.args, scope));
    case "&&":
      return { kind: "and", left: toNode(ast.args[0], scope), right: toNode(ast.args[1], scope) };
    case "||":
      return { kind: "or", left: toNode(ast.args[0], scope), right: toNode(ast.args[1], scope) };
    case "?:":
      return {
        kind: "ternary",
        condition: toNode(ast.args[0], scope),
        yes: toNode(ast.args[1], scope),
        no: toNode(ast.args[2], scope),
      };
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "in":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return {
        kind: "binary",
        operator: ast.op satisfies BinaryOperator,
        left: toNode(ast.args[0], scope),
        right: toNode(ast.args[1], scope),
      };
    default:
      throw invalid(scope.source, ast.start, `"${ast.op}" is not supported here`, HINT);
  }
}

/** `-5` is a literal, so that a bound negative number is one too. */
function negated(operand: ExpressionNode): ExpressionNode {
  if (operand.kind === "literal" && typeof operand.value === "number") {
    return { kind: "literal", value: -operand.value };
  }
  if (operand.kind === "literal" && typeof operand.value === "bigint") {
    return { kind: "literal", value: -operand.value };
  }
  return { kind: "negate", operand };
}

function literalOf(
  value: Extract<ASTNode, { op: "value" }>["args"],
  ast: ASTNode,
  scope: Scope,
): CelValue {
  // The library's unsigned integer (`5u`) is an integer here.
  const int = value instanceof UnsignedInt ? value.valueOf() : value;
  if (typeof int !== "bigint") return int;
  if (int > INT_MAX) {
    throw invalid(
      scope.source,
      ast.start,
      "the integer is too large",
      "Write it as a double, e.g. 1e19.",
    );
  }
  return int;
}

function nameOf(name: string, ast: ASTNode, scope: Scope): ExpressionNode {
  if (scope.locals.includes(name)) return { kind: "local", name };
  if (name === "event" || name === "async" || name === "vars") return { kind: "root", name };
  if (CEL_TYPE_NAMES.has(name)) return { kind: "literal", value: new CelType(name) };
  throw invalid(
    scope.source,
    ast.start,
    `"${name}" is not a known name`,
    `Expressions read event, async and vars; to mean the text, quote it: "${name}".`,
  );
}

function entryOf(
  key: ASTNode,
  value: ASTNode,
  scope: Scope,
): readonly [ExpressionNode, ExpressionNode] {
  const keyNode = toNode(key, scope);
  if (keyNode.kind === "literal" && typeof keyNode.value !== "string") {
    throw invalid(
      scope.source,
      key.start,
      "a map's keys must be text",
      'Quote the key, e.g. {"1": true}.',
    );
  }
  return [keyNode, toNode(value, scope)];
}

interface Call {
  readonly name: string;
  readonly member: boolean;
  /** The subject before the dot first. */
  readonly args: readonly ASTNode[];
}

function callOf(call: Call, ast: ASTNode, scope: Scope): ExpressionNode {
  if (call.member && MACROS.has(call.name)) return macroOf(call, ast, scope);
  if (!call.member && call.name === "has") return hasOf(call, ast, scope);
  const known = CEL_FUNCTIONS.get(call.name);
  if (known === undefined) {
    throw invalid(
      scope.source,
      ast.start,
      `there is no function "${call.name}"`,
      `Functions are ${[...CEL_FUNCTIONS.keys()].slice(0, 22).join(", ")} and the get… parts of timestamps.`,
    );
  }
  const form = call.member ? "member" : "global";
  if (known.form !== "both" && known.form !== form) {
    const right = known.form === "member" ? `text.${call.name}(…)` : `${call.name}(text)`;
    throw invalid(
      scope.source,
      ast.start,
      `"${call.name}" is not called this way`,
      `Write ${right}.`,
    );
  }
  if (call.args.length < known.argsMin || call.args.length > known.argsMax) {
    const given = call.args.length - (call.member ? 1 : 0);
    const wanted = known.argsMin - (call.member ? 1 : 0);
    throw invalid(
      scope.source,
      ast.start,
      `${call.name}() got ${given} ${given === 1 ? "argument" : "arguments"}`,
      `Give it ${wanted}.`,
    );
  }
  const args = call.args.map((arg) => toNode(arg, scope));
  checkPattern(call, args, scope);
  return { kind: "call", name: call.name, member: call.member, args };
}

/** A fixed regular expression that is wrong is wrong for every event, so it is refused here. */
function checkPattern(call: Call, args: readonly ExpressionNode[], scope: Scope): void {
  const pattern = args[1];
  if (call.name !== "matches" || pattern?.kind !== "literal") return;
  if (typeof pattern.value !== "string") return;
  try {
    compileRegex(pattern.value);
  } catch (error) {
    if (!(error instanceof ExpressionFailure)) throw error;
    throw invalid(
      scope.source,
      (call.args[1] as ASTNode).start,
      error.message,
      "Use RE2 syntax, without look-around and back references.",
    );
  }
}

function hasOf(call: Call, ast: ASTNode, scope: Scope): ExpressionNode {
  const subject = call.args[0];
  if (call.args.length !== 1 || subject?.op !== ".") {
    throw invalid(scope.source, ast.start, "has() needs a field", "Write has(event.data.field).");
  }
  return { kind: "has", target: toNode(subject.args[0], scope), field: subject.args[1] };
}

function macroOf(call: Call, ast: ASTNode, scope: Scope): ExpressionNode {
  const macro = call.name as MacroKind;
  const [range, variable, ...bodies] = call.args;
  const shapeIsRight = MACRO_ARGS[macro].includes(call.args.length - 1) && variable?.op === "id";
  if (!shapeIsRight || range === undefined) {
    throw invalid(
      scope.source,
      ast.start,
      `${macro}() needs a name and a condition`,
      `Write list.${macro}(item, item.field == "value").`,
    );
  }
  const inner: Scope = { ...scope, locals: [...scope.locals, variable.args] };
  const nodes = bodies.map((body) => toNode(body, inner));
  const body = nodes.at(-1) as ExpressionNode;
  return {
    kind: "macro",
    macro,
    range: toNode(range, scope),
    variable: variable.args,
    ...(nodes.length === 2 ? { filter: nodes[0] as ExpressionNode } : {}),
    body,
  };
}
