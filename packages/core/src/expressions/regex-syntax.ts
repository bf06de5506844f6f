// Reads RE2's regular-expression syntax into a tree for linear-regex.ts. Back references and look-around, which cannot
// be matched in linear time, are refused, exactly as Go's engine refuses them.
import { ExpressionFailure } from "./cel-value.ts";

export type CodePointTest = (codePoint: number) => boolean;
export type RegexAssertion =
  | "text_start"
  | "text_end"
  | "line_start"
  | "line_end"
  | "word"
  | "not_word";
export type RegexTree =
  | {
      readonly kind: "one";
      readonly test: CodePointTest;
      /** Comparisons that the test may take. */
      readonly weight: number;
    }
  | { readonly kind: "assert"; readonly assertion: RegexAssertion }
  | { readonly kind: "sequence"; readonly parts: readonly RegexTree[] }
  | { readonly kind: "choice"; readonly parts: readonly RegexTree[] }
  | {
      readonly kind: "repeat";
      readonly part: RegexTree;
      readonly min: number;
      /** Infinity for `*` and `+`. */
      readonly max: number;
    };

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
}

const REPEAT_MAX = 1_000;
const NESTING_MAX = 100;
const NEWLINE = 10;

const isDigit: CodePointTest = (c) => c >= 48 && c <= 57;
export const isWord: CodePointTest = (c) =>
  isDigit(c) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
const isSpace: CodePointTest = (c) => c === 32 || (c >= 9 && c <= 13 && c !== 11);
const not =
  (test: CodePointTest): CodePointTest =>
  (c) =>
    !test(c);
const between =
  (low: number, high: number): CodePointTest =>
  (c) =>
    c >= low && c <= high;

const CLASS_ESCAPES: Readonly<Record<string, CodePointTest>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};
const CHAR_ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7 };
const ASSERT_ESCAPES: Readonly<Record<string, RegexAssertion>> = {
  A: "text_start",
  z: "text_end",
  b: "word",
  B: "not_word",
};
const POSIX: Readonly<Record<string, CodePointTest>> = {
  alnum: (c) => isWord(c) && c !== 95,
  alpha: (c) => isWord(c) && c !== 95 && !isDigit(c),
  digit: isDigit,
  lower: between(97, 122),
  upper: between(65, 90),
  space: (c) => isSpace(c) || c === 11,
  punct: (c) => between(33, 126)(c) && (!isWord(c) || c === 95),
  word: isWord,
  xdigit: (c) => isDigit(c) || between(65, 70)(c) || between(97, 102)(c),
};

/** Reads a pattern; throws ExpressionFailure with the reason when it is not one. */
export function parseRegex(pattern: string): RegexTree {
  return new RegexReader(pattern).read();
}

class RegexReader {
  readonly #chars: readonly string[];
  readonly #pattern: string;
  #at = 0;
  #nesting = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#chars = Array.from(pattern);
  }

  read(): RegexTree {
    const tree = this.#choice({ ignoreCase: false, multiLine: false, dotAll: false });
    if (this.#at < this.#chars.length) throw this.#error('a ")" without its "("');
    return tree;
  }

  #error(reason: string): ExpressionFailure {
    return new ExpressionFailure(
      `${JSON.stringify(this.#pattern)} is not a regular expression: ${reason}`,
    );
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #take(text: string): boolean {
    for (let n = 0; n < text.length; n++) if (this.#chars[this.#at + n] !== text[n]) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw this.#error("it ends too early");
    this.#at += 1;
    return char;
  }

  #choice(flags: Flags): RegexTree {
    if (++this.#nesting > NESTING_MAX) throw this.#error("groups are nested too deeply");
    const parts: RegexTree[] = [];
    let sequence: RegexTree[] = [];
    let current = flags;
    while (this.#peek() !== undefined && this.#peek() !== ")") {
      if (this.#take("|")) {
        parts.push({ kind: "sequence", parts: sequence });
        sequence = [];
        continue;
      }
      const changed = this.#flagsOnly(current);
      if (changed !== undefined) {
        current = changed;
        continue;
      }
      sequence.push(this.#repeats(this.#atom(current)));
    }
    parts.push({ kind: "sequence", parts: sequence });
    this.#nesting -= 1;
    return parts.length === 1 ? (parts[0] as RegexTree) : { kind: "choice", parts };
  }

  /** `(?i)`: flags for the rest of the group. */
  #flagsOnly(flags: Flags): Flags | undefined {
    const found = /^\(\?([a-zA-Z-]+)\)/.exec(this.#chars.slice(this.#at, this.#at + 16).join(""));
    if (found === null) return undefined;
    this.#at += found[0].length;
    return this.#withFlags(flags, found[1] as string);
  }

  #withFlags(flags: Flags, text: string): Flags {
    let { ignoreCase, multiLine, dotAll } = flags;
    let on = true;
    for (const letter of text) {
      if (letter === "-") on = false;
      else if (letter === "i") ignoreCase = on;
      else if (letter === "m") multiLine = on;
      else if (letter === "s") dotAll = on;
      else if (letter !== "U") throw this.#error(`the flag "${letter}" does not exist`);
    }
    return { ignoreCase, multiLine, dotAll };
  }

  #atom(flags: Flags): RegexTree {
    const char = this.#next();
    if (char === "(") return this.#group(flags);
    if (char === "[") {
      const tests = this.#classItems();
      const test: CodePointTest = (c) => tests.items.some((item) => item(c));
      return this.#one(tests.negated ? not(test) : test, flags, tests.items.length);
    }
    if (char === ".") {
      return { kind: "one", test: flags.dotAll ? () => true : (c) => c !== NEWLINE, weight: 1 };
    }
    if (char === "^") {
      return { kind: "assert", assertion: flags.multiLine ? "line_start" : "text_start" };
    }
    if (char === "$") {
      return { kind: "assert", assertion: flags.multiLine ? "line_end" : "text_end" };
    }
    if (char === "*" || char === "+" || char === "?") {
      throw this.#error(`"${char}" has nothing to repeat`);
    }
    if (char !== "\\") return this.#one(sameAs(char), flags);
    const assertion = ASSERT_ESCAPES[this.#peek() ?? ""];
    if (assertion === undefined) return this.#one(this.#escape(), flags);
    this.#at += 1;
    return { kind: "assert", assertion };
  }

  #one(test: CodePointTest, flags: Flags, weight = 1): RegexTree {
    if (!flags.ignoreCase) return { kind: "one", test, weight };
    return { kind: "one", test: (c) => test(c) || casesOf(c).some(test), weight: 4 * weight };
  }

  #group(flags: Flags): RegexTree {
    let inner = flags;
    if (this.#take("?")) {
      const head = /^(?:P?<([A-Za-z_]\w*)>|([a-zA-Z-]*):)/.exec(
        this.#chars.slice(this.#at, this.#at + 80).join(""),
      );
      if (head === null)
        throw this.#error("look-around is not supported (it has no linear-time match)");
      this.#at += head[0].length;
      inner = this.#withFlags(flags, head[2] ?? "");
    }
    const tree = this.#choice(inner);
    if (!this.#take(")")) throw this.#error('a ")" is missing');
    return tree;
  }

  #repeats(part: RegexTree): RegexTree {
    let tree = part;
    for (;;) {
      const bounds = this.#bounds();
      if (bounds === undefined) return tree;
      // A trailing "?" only changes which match is preferred; a yes-or-no search has no preference.
      this.#take("?");
      tree = { kind: "repeat", part: tree, min: bounds[0], max: bounds[1] };
    }
  }

  #bounds(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.#chars.slice(this.#at, this.#at + 24).join(""));
    if (found === null) return undefined;
    this.#at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === "" ? Infinity : Number(found[3]);
    if (min > REPEAT_MAX || (max > REPEAT_MAX && max !== Infinity) || min > max) {
      throw this.#error(`the repetition ${found[0]} is out of range (at most ${REPEAT_MAX})`);
    }
    return [min, max];
  }

  #escape(): CodePointTest {
    const char = this.#next();
    const named = CLASS_ESCAPES[char];
    if (named !== undefined) return named;
    if (char === "p" || char === "P") return this.#unicodeClass(char === "P");
    const code = this.#escapedCode(char);
    return (c) => c === code;
  }

  #escapedCode(char: string): number {
    const simple = CHAR_ESCAPES[char];
    if (simple !== undefined) return simple;
    if (char === "x") return this.#hexCode();
    if (/[A-Za-z0-9]/.test(char)) {
      throw this.#error(
        `\\${char} is not supported${/[1-9]/.test(char) ? " (back references have no linear-time match)" : ""}`,
      );
    }
    return char.codePointAt(0) as number;
  }

  #hexCode(): number {
    const found = /^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/.exec(
      this.#chars.slice(this.#at, this.#at + 8).join(""),
    );
    if (found === null) throw this.#error("\\x needs two hex digits");
    this.#at += found[0].length;
    return Number.parseInt((found[1] ?? found[2]) as string, 16);
  }

  #unicodeClass(negated: boolean): CodePointTest {
    const found = /^(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))/.exec(
      this.#chars.slice(this.#at, this.#at + 40).join(""),
    );
    if (found === null) throw this.#error("\\p needs a class, e.g. \\p{L}");
    this.#at += found[0].length;
    const name = (found[2] ?? found[3]) as string;
    const pattern = unicodePattern(name);
    if (pattern === undefined) throw this.#error(`\\p{${name}} does not exist`);
    const test: CodePointTest = (c) => pattern.test(String.fromCodePoint(c));
    return negated !== (found[1] === "^") ? not(test) : test;
  }

  #classItems(): { readonly negated: boolean; readonly items: readonly CodePointTest[] } {
    const negated = this.#take("^");
    const items: CodePointTest[] = [];
    // A "]" that comes first is a member of the class.
    while (items.length === 0 || this.#peek() !== "]") items.push(this.#classItem());
    this.#at += 1;
    return { negated, items };
  }

  #classItem(): CodePointTest {
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#chars.slice(this.#at, this.#at + 12).join(""));
    if (posix !== null) {
      this.#at += posix[0].length;
      const test = POSIX[posix[2] as string];
      if (test === undefined) throw this.#error(`[:${posix[2]}:] does not exist`);
      return posix[1] === "^" ? not(test) : test;
    }
    const char = this.#next();
    if (char === "\\") {
      const named =
        CLASS_ESCAPES[this.#peek() ?? ""] !== undefined || /[pP]/.test(this.#peek() ?? "");
      if (named) return this.#escape();
    }
    const low = char === "\\" ? this.#escapedCode(this.#next()) : (char.codePointAt(0) as number);
    if (this.#peek() !== "-" || this.#chars[this.#at + 1] === "]") return between(low, low);
    this.#at += 1;
    const end = this.#next();
    const high = end === "\\" ? this.#escapedCode(this.#next()) : (end.codePointAt(0) as number);
    if (high < low) throw this.#error("a range runs backwards");
    return between(low, high);
  }
}

function sameAs(char: string): CodePointTest {
  const code = char.codePointAt(0);
  return (c) => c === code;
}

function casesOf(codePoint: number): readonly number[] {
  const char = String.fromCodePoint(codePoint);
  return [char.toLowerCase(), char.toUpperCase()].map((text) => text.codePointAt(0) as number);
}

function unicodePattern(name: string): RegExp | undefined {
  for (const source of [`\\p{${name}}`, `\\p{Script=${name}}`]) {
    try {
      return new RegExp(source, "u");
    } catch {
      // Not a class of this kind; the next one may know the name.
    }
  }
  return undefined;
}
