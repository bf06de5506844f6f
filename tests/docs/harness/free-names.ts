// The names that a program uses and does not declare. Scopes are not told apart: a name that is declared anywhere counts as declared.
import { parseSync } from "oxc-parser";

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly computed?: boolean;
  readonly shorthand?: boolean;
  readonly [member: string]: unknown;
}

/** Members whose identifiers name members and not variables, unless computed. */
const MEMBER_NAMES: ReadonlySet<string> = new Set(["property", "key"]);
const DECLARING: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["params"],
  ArrowFunctionExpression: ["params"],
  ClassDeclaration: ["id"],
  TSTypeAliasDeclaration: ["id"],
  TSInterfaceDeclaration: ["id"],
  ImportSpecifier: ["local"],
};

/** @throws Error when the program is none. */
export function freeNames(code: string): Set<string> {
  const { program, errors } = parseSync("example.ts", code);
  if (errors.length > 0) throw new Error(`${errors[0]?.message}:\n${code}`);
  const used = new Set<string>();
  const declared = new Set<string>();
  visit(program as unknown as Node, { used, declared, isDeclaring: false });
  return new Set([...used].filter((name) => !declared.has(name)));
}

interface Found {
  readonly used: Set<string>;
  readonly declared: Set<string>;
  readonly isDeclaring: boolean;
}

function visit(node: Node, found: Found): void {
  if (node.type === "Identifier" && node.name !== undefined) {
    (found.isDeclaring ? found.declared : found.used).add(node.name);
  }
  for (const [member, value] of Object.entries(node)) {
    const isName = MEMBER_NAMES.has(member) && node.computed !== true && node.shorthand !== true;
    if (isName) continue;
    const declares = DECLARING[node.type]?.includes(member) === true;
    // The type of a parameter and its default are used, not declared.
    const isType =
      member === "typeAnnotation" || (node.type === "AssignmentPattern" && member === "right");
    const inside = { ...found, isDeclaring: (found.isDeclaring && !isType) || declares };
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, inside);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
