// Search in runs and events: CEL over event, output and error (server.md 3.2). Built on core's expressions, which know
// the root variables event, async and vars; the other two names are read as members of vars.
import { EverstepError } from "@everstep/protocol";
import { compileExpression, evaluateBoolean, type Expression } from "./compile-expression.ts";

/** What a search sees of a run or an event: decoded JSON values. */
export interface SearchSubject {
  readonly event?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
}

export interface Search {
  /** Whether it reads the event at all, so that events need not be loaded for nothing. */
  readonly readsEvent: boolean;
  /** The same for outputs. */
  readonly readsOutput: boolean;
  /** False when it does not hold, or when it cannot be evaluated for this subject. */
  matches(subject: SearchSubject): boolean;
}

/**
 * Compiles the text of a search box: one expression, or one on each line, which must then all hold.
 * @throws EverstepError expression_invalid.
 */
export function compileSearch(text: string, nowMs: number): Search {
  const expressions = compileLines(text);
  return {
    readsEvent: /\bevent\b/.test(text),
    readsOutput: /\boutput\b/.test(text),
    matches: ({ event, output, error }) =>
      expressions.every((expression) => {
        const vars = { event: event ?? null, vars: { output, error } };
        const result = evaluateBoolean(expression, vars, { nowMs });
        return result.ok && result.value;
      }),
  };
}

function compileLines(text: string): readonly Expression[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2) return [compile(text.trim())];
  try {
    // An expression may span lines.
    return [compile(text)];
  } catch (error) {
    if (!(error instanceof EverstepError)) throw error;
    return lines.map(compile);
  }
}

function compile(text: string): Expression {
  return compileExpression(nameMembersOfVars(text));
}

/** Texts, member names and longer names are stepped over, so that only the variables themselves are renamed. */
const TOKENS =
  /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\.\s*[A-Za-z_]\w*|[A-Za-z_]\w*/g;

function nameMembersOfVars(text: string): string {
  return text.replace(TOKENS, (token) =>
    token === "output" || token === "error" ? `vars.${token}` : token,
  );
}
