// One parsed source file: its imports, comments and syntax tree, with line numbers for the report.
// A real parser instead of patterns, so that a word inside a string or a comment is never an offender.
import { parseSync, Visitor } from "oxc-parser";
import type { Comment, Program, VisitorObject } from "oxc-parser";
import { filesMatching, readText } from "./repository.ts";

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  /** Line numbers (from 1) that hold at least one character of code. */
  readonly codeLines: ReadonlySet<number>;
  /** The line (from 1) of an offset into `text`. */
  readonly lineAt: (offset: number) => number;
}

const SOURCE_PATTERN = /\.(ts|tsx|js|mjs|cjs)$/;
const parsed = new Map<string, SourceFile>();

/** Every source file whose path matches, parsed once per test file. Throws when one has a syntax error. */
export function sourceFiles(pattern: RegExp): SourceFile[] {
  return filesMatching(pattern)
    .filter((file) => SOURCE_PATTERN.test(file))
    .map(getSourceFile);
}

function getSourceFile(file: string): SourceFile {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const source = parseSource(file, readText(file));
  parsed.set(file, source);
  return source;
}

export function parseSource(file: string, text: string): SourceFile {
  const result = parseSync(file, text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${file} cannot be parsed: ${error.message}`);
  const lineAt = lineFinder(text);
  const { program, comments } = result;
  return {
    file,
    text,
    program,
    comments,
    imports: importsOf(program, lineAt),
    codeLines: codeLinesOf(text, comments),
    lineAt,
  };
}

export function visit(source: SourceFile, visitor: VisitorObject): void {
  new Visitor(visitor).visit(source.program);
}

function importsOf(program: Program, lineAt: (offset: number) => number): Import[] {
  const imports: Import[] = [];
  const add = (source: { value: unknown; start: number } | null): void => {
    if (source !== null && typeof source.value === "string") {
      imports.push({ specifier: source.value, line: lineAt(source.start) });
    }
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    ImportExpression: (node) => {
      if (node.source.type === "Literal") add(node.source);
    },
  }).visit(program);
  return imports;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

function codeLinesOf(text: string, comments: readonly Comment[]): Set<number> {
  let code = text;
  for (const { start, end } of comments) {
    const blank = text.slice(start, end).replaceAll(/[^\n]/g, " ");
    code = code.slice(0, start) + blank + code.slice(end);
  }
  const lines = new Set<number>();
  for (const [index, line] of code.split("\n").entries()) {
    if (line.trim() !== "") lines.add(index + 1);
  }
  return lines;
}
