// One run as text: its facts, the tree of its steps and attempts with times and errors, its output.
import { printable, printableJson, printableLines } from "./printable.ts";
import type { RunDetails, Span, SpanError } from "./run-queries.ts";
import { tookText } from "./runs-command.ts";
import { timeText } from "./time-text.ts";

const OUTPUT_CHARS_MAX = 4_000;
const NAME_COLUMNS = 40;
const STACK_LINES_MAX = 4;

const MARKS: Readonly<Record<string, string>> = {
  completed: "✓",
  failed: "✗",
  running: "▸",
  queued: "·",
  waiting: "…",
  cancelled: "⊘",
  skipped: "-",
};

export function runText(
  run: RunDetails,
  errors: ReadonlyMap<string, SpanError>,
  nowMs: number,
): string {
  const facts: readonly (readonly [string, string])[] = [
    ["run", run.id],
    ["status", run.status],
    ["function", run.functionSlug],
    ["started by", [run.trigger, ...run.eventIds].join("  ")],
    ["queued at", timeText(run.queuedAtMs)],
    ["took", tookText(run, nowMs)],
  ];
  const head = facts.map(([name, value]) => `${name.padEnd(12)}${printable(value)}`);
  const steps = inOrder(run.root?.children ?? []);
  const tree = steps.flatMap((span) => spanLines(span, errors, { nowMs, depth: 0 }));
  return `${[
    head.join("\n"),
    steps.length === 0 ? "no steps yet" : `steps\n${tree.join("\n")}`,
    run.status === "failed" ? failureText(run, errors) : outputText(run.outputJson),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

function spanLines(
  span: Span,
  errors: ReadonlyMap<string, SpanError>,
  place: { readonly nowMs: number; readonly depth: number },
): readonly string[] {
  const indent = "  ".repeat(place.depth + 1);
  const label = `${indent}${MARKS[span.status] ?? "?"} ${printable(span.name)}`;
  const facts = [
    tookText(span, place.nowMs).padStart(12),
    span.attempts > 1 && place.depth === 0 ? `${span.attempts} attempts` : undefined,
    span.detail === undefined ? undefined : printable(span.detail),
  ].filter((fact) => fact !== undefined);
  // A single attempt says nothing that its step does not say.
  const children = span.children.length > 1 || span.attempts > 1 ? span.children : [];
  const below = inOrder(children).flatMap((child) =>
    spanLines(child, errors, { ...place, depth: place.depth + 1 }),
  );
  const own = children.length > 0 ? [] : errorLines(span, errors, place.depth + 1);
  return [`${label.padEnd(NAME_COLUMNS)}${facts.join("  ")}`, ...below, ...own];
}

function errorLines(
  span: Span,
  errors: ReadonlyMap<string, SpanError>,
  depth: number,
): readonly string[] {
  const error = span.outputId === undefined ? undefined : errors.get(span.outputId);
  if (error === undefined) {
    return [];
  }
  const indent = "  ".repeat(depth + 1);
  return describeError(error).map((line) => `${indent}│ ${line}`);
}

/** The message, and where it came from: the first frames of the app's own code. */
function describeError({ name = "Error", message, stack = "" }: SpanError): readonly string[] {
  const frames = stack.split("\n").filter((line) => /^\s+at /u.test(line));
  const own = frames.filter((line) => !/node_modules|node:/u.test(line));
  const shown = (own.length === 0 ? frames : own).slice(0, STACK_LINES_MAX);
  return [...printableLines(`${name}: ${message}`), ...shown.map((line) => printable(line.trim()))];
}

/** Why a run failed. Its output is the same error in the SDK's own form, so it is not shown beside it. */
function failureText(run: RunDetails, errors: ReadonlyMap<string, SpanError>): string {
  const outputId = run.root?.outputId;
  const error = outputId === undefined ? undefined : errors.get(outputId);
  return error === undefined
    ? outputText(run.outputJson)
    : `failed with\n${describeError(error).join("\n")}`;
}

/** As they began; the server lists them as they were recorded. */
function inOrder(spans: readonly Span[]): readonly Span[] {
  return spans.toSorted((a, b) => beginOf(a) - beginOf(b));
}

function beginOf(span: Span): number {
  return span.startedAtMs ?? span.queuedAtMs;
}

function outputText(outputJson: string | undefined): string {
  if (outputJson === undefined) {
    return "";
  }
  let text: string;
  try {
    text = printableJson(JSON.parse(outputJson), 2);
  } catch {
    text = printable(outputJson);
  }
  const cut = text.length > OUTPUT_CHARS_MAX;
  const shown = cut ? `${text.slice(0, OUTPUT_CHARS_MAX)}…\n(cut; the whole with --json)` : text;
  return `output\n${shown}`;
}
