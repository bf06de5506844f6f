// Compares two answers and what the SDKs sent meanwhile. A difference is a path with both values; what may differ, and why, is
// a table of each test, and an entry that nothing uses any more is a failure too.
import type { Exchange } from "./walk.ts";
import type { SentRequest, WireAnswer } from "./wire-app.ts";

export interface Allowed {
  /** Matches `path: official | ours`. */
  readonly pattern: RegExp;
  readonly reason: string;
}

/** Stacks and durations are of the machine, not of the protocol. */
export function withoutStacks(text: string): string {
  return text
    .replaceAll(/"stack":"(?:[^"\\]|\\.)*"/g, '"stack":""')
    .replaceAll(/"timing":\{[^}]*\}/g, '"timing":{}');
}

/** Bodies of calls byte for byte, headers one by one. */
export function differencesOf(
  { official, ours }: Exchange,
  mask: (text: string) => string = (text) => text,
): string[] {
  const one = mask(withoutStacks(official.text));
  const other = mask(withoutStacks(ours.text));
  return [
    ...compare(official.status, ours.status, "status"),
    ...compareHeaders(official, ours),
    ...(one === other ? [] : [`body: ${one} | ${other}`]),
  ];
}

/** Bodies by their members: what is said, not in which order. */
export function differencesByMember(
  official: WireAnswer & { readonly sent: readonly SentRequest[] },
  ours: WireAnswer & { readonly sent: readonly SentRequest[] },
): string[] {
  return [
    ...compare(official.status, ours.status, "status"),
    ...compareHeaders(official, ours),
    ...compare(bodyOf(official), bodyOf(ours), "body"),
    ...compare(official.sent, ours.sent, "sent"),
  ];
}

/** What no entry of the table allows; `used` collects the entries that did. */
export function notAllowed(
  differences: readonly string[],
  allowed: readonly Allowed[],
  used: Set<Allowed>,
): string[] {
  return differences.filter((difference) => {
    const entry = allowed.find(({ pattern }) => pattern.test(difference));
    if (entry !== undefined) used.add(entry);
    return entry === undefined;
  });
}

function compareHeaders(official: WireAnswer, ours: WireAnswer): string[] {
  const isSame = official.text === ours.text;
  return compare(headersOf(official, isSame), headersOf(ours, isSame), "headers");
}

/** Of other texts the signatures are others too; each is checked by itself. */
function headersOf({ headers }: WireAnswer, isSame: boolean): Record<string, string> {
  const { "server-timing": _timing, "x-inngest-signature": signature = "none", ...rest } = headers;
  return isSame ? { ...rest, signature } : rest;
}

function bodyOf({ text }: WireAnswer): unknown {
  try {
    return JSON.parse(withoutStacks(text));
  } catch {
    return text;
  }
}

function compare(one: unknown, other: unknown, path: string): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (!isObject(one) || !isObject(other)) {
    return [`${path}: ${JSON.stringify(one)} | ${JSON.stringify(other)}`];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => compare(one[key], other[key], `${path}.${key}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
