// The errors of expressions that do not compile: where, why, and what to write instead.
import { EverstepError } from "@everstep/protocol";

/** The advice when nothing better is known. */
export const HINT = 'Write CEL, for example event.data.plan == "pro" && event.data.count > 3.';
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/=>/, 'Use CEL\'s macros for lists, for example event.data.items.exists(i, i.sku == "a").'],
  [/[^=!<>]=(?!=)|===/, "Compare with == (one = assigns, which CEL does not have)."],
  [/\b(?:and|or|not)\b/i, "Combine conditions with &&, || and !."],
  [/[^&]&(?!&)|[^|]\|(?!\|)/, "Combine conditions with && and ||."],
  [/[“”‘’]/, "Write text in straight quotes, \"…\" or '…'."],
];

/** The advice that fits the most likely mistake in a source that does not parse. */
export function hintFor(source: string): string {
  const withoutText = source.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  return HINTS.find(([pattern]) => pattern.test(withoutText))?.[1] ?? HINT;
}

/** The source in quotes, shortened when long. */
export function quoted(source: string): string {
  return `"${source.length > 200 ? `${source.slice(0, 200)}…` : source}"`;
}

/** The error for a fault at a character (counted from 0). */
export function invalid(source: string, at: number, reason: string, hint: string): EverstepError {
  return new EverstepError(
    "expression_invalid",
    `The expression ${quoted(source)} is not valid at character ${at + 1}: ${reason}. ${hint}`,
    { data: { position: at } },
  );
}
