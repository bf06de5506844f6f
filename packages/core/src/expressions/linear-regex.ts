// Answers "does this text match?" for RE2 syntax in time proportional to text length times pattern size, whatever the
// pattern: all states advance together over the text, so there is nothing to backtrack into.
import { ExpressionFailure } from "./cel-value.ts";
import { isWord, parseRegex } from "./regex-syntax.ts";
import type { CodePointTest, RegexAssertion, RegexTree } from "./regex-syntax.ts";

type Instruction =
  | { readonly op: "one"; readonly test: CodePointTest; readonly weight: number }
  | { readonly op: "assert"; readonly assertion: RegexAssertion }
  /** Goes on at every one of these places. */
  | { readonly op: "fork"; targets: readonly number[] }
  | { readonly op: "match" };

/** A compiled pattern. */
export interface LinearRegex {
  /** Units of evaluation budget that `test` is worth for a text. */
  costOf(text: string): number;
  test(text: string): boolean;
}

const PROGRAM_MAX = 5_000;
/** States visited for one unit of budget. */
const VISITS_PER_UNIT = 4;

/** Compiles a pattern; throws ExpressionFailure when it is invalid or too large. */
export function compileRegex(pattern: string): LinearRegex {
  const program: Instruction[] = [];
  emit(program, parseRegex(pattern));
  push(program, { op: "match" });
  const size = program.reduce((sum, each) => sum + (each.op === "one" ? each.weight : 1), 0);
  return {
    costOf: (text) => ((text.length + 1) * size) / VISITS_PER_UNIT,
    test: (text) => search(program, text),
  };
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= PROGRAM_MAX) {
    throw new ExpressionFailure("the regular expression is too large; shorten its repetitions");
  }
  return program.push(instruction) - 1;
}

function emit(program: Instruction[], tree: RegexTree): void {
  switch (tree.kind) {
    case "one":
      push(program, { op: "one", test: tree.test, weight: tree.weight });
      return;
    case "assert":
      push(program, { op: "assert", assertion: tree.assertion });
      return;
    case "sequence":
      for (const part of tree.parts) emit(program, part);
      return;
    case "choice":
      emitChoice(program, tree.parts);
      return;
    case "repeat":
      emitRepeat(program, tree.part, tree.min, tree.max);
  }
}

interface Fork {
  readonly op: "fork";
  targets: readonly number[];
}

function pushFork(program: Instruction[]): Fork {
  const fork: Fork = { op: "fork", targets: [] };
  push(program, fork);
  return fork;
}

function emitChoice(program: Instruction[], parts: readonly RegexTree[]): void {
  const fork = pushFork(program);
  const starts: number[] = [];
  const exits: Fork[] = [];
  for (const part of parts) {
    starts.push(program.length);
    emit(program, part);
    exits.push(pushFork(program));
  }
  fork.targets = starts;
  for (const exit of exits) exit.targets = [program.length];
}

function emitRepeat(program: Instruction[], part: RegexTree, min: number, max: number): void {
  for (let n = 0; n < min; n++) emit(program, part);
  if (max === Infinity) {
    const start = program.length;
    const fork = pushFork(program);
    emit(program, part);
    pushFork(program).targets = [start];
    fork.targets = [start + 1, program.length];
    return;
  }
  const forks: Fork[] = [];
  for (let n = min; n < max; n++) {
    const fork = pushFork(program);
    fork.targets = [program.length];
    forks.push(fork);
    emit(program, part);
  }
  for (const fork of forks) fork.targets = [...fork.targets, program.length];
}

function search(program: readonly Instruction[], text: string): boolean {
  const points = Array.from(text, (char) => char.codePointAt(0) as number);
  const seenAt = new Int32Array(program.length).fill(-1);
  let states: number[] = [];
  for (let at = 0; at <= points.length; at++) {
    const ready: number[] = [];
    // The pattern may start anywhere, so its first instruction is a state at every position.
    if (follow(program, [...states, 0], { points, at, seenAt, ready })) return true;
    states = [];
    const point = points[at];
    if (point === undefined) return false;
    for (const state of ready) {
      const instruction = program[state] as Instruction;
      if (instruction.op === "one" && instruction.test(point)) states.push(state + 1);
    }
  }
  return false;
}

interface Position {
  readonly points: readonly number[];
  readonly at: number;
  /** The last position at which each instruction was visited. */
  readonly seenAt: Int32Array;
  /** Collects the instructions that want the next character. */
  readonly ready: number[];
}

/** Follows everything that consumes no character; true when the end of the pattern is reached. */
function follow(program: readonly Instruction[], from: number[], position: Position): boolean {
  const { at, seenAt, ready } = position;
  const stack = from;
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    if (seenAt[state] === at) continue;
    seenAt[state] = at;
    const instruction = program[state] as Instruction;
    if (instruction.op === "match") return true;
    if (instruction.op === "one") ready.push(state);
    else if (instruction.op === "fork") stack.push(...instruction.targets);
    else if (holds(instruction.assertion, position)) stack.push(state + 1);
  }
  return false;
}

function holds(assertion: RegexAssertion, { points, at }: Position): boolean {
  const before = points[at - 1];
  const after = points[at];
  switch (assertion) {
    case "text_start":
      return before === undefined;
    case "text_end":
      return after === undefined;
    case "line_start":
      return before === undefined || before === 10;
    case "line_end":
      return after === undefined || after === 10;
    default: {
      const boundary = isWordAt(before) !== isWordAt(after);
      return assertion === "word" ? boundary : !boundary;
    }
  }
}

function isWordAt(point: number | undefined): boolean {
  return point !== undefined && isWord(point);
}
