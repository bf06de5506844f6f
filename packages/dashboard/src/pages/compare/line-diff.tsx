// Two values as JSON, line beside line. Only lines near a difference are drawn: of equal stretches the edges stay.
import { useMemo, type ReactElement } from "react";
import { visibleText } from "../../components/json-lines.ts";
import { countText } from "../../data/number-text.ts";
import { diffLines, type LinePair } from "./diff-lines.ts";

const CONTEXT_LINES = 3;
/** Beyond, a page of differences helps nobody. */
const LINES_MAX = 600;
const LINE_CHARACTERS_MAX = 2_000;

/** A pair of lines, or a stretch of equal ones that is left out, with its place among all pairs. */
type Shown = (LinePair | { readonly kind: "gap"; readonly lines: number }) & {
  readonly at: number;
};

export function LineDiff({ left, right }: { left: unknown; right: unknown }): ReactElement {
  const lines = useMemo(() => {
    const pairs = diffLines(textOf(left), textOf(right));
    const isShort = pairs.length <= LINES_MAX && pairs.every(({ kind }) => kind === "same");
    return isShort ? pairs.map((pair, at) => ({ ...pair, at })) : withGaps(pairs);
  }, [left, right]);
  const hidden = lines.length - LINES_MAX;
  return (
    <div className="line-diff" role="table" aria-label="Differences by line" tabIndex={0}>
      {lines.slice(0, LINES_MAX).map((line) =>
        line.kind === "gap" ? (
          <div key={line.at} role="row" className="line-diff__gap">
            <span role="cell">{countText(line.lines)} equal lines</span>
          </div>
        ) : (
          <div key={line.at} role="row" className={`line-diff__row line-diff__row--${line.kind}`}>
            <span role="cell" className="line-diff__left">
              {cut(line.left)}
            </span>
            <span role="cell" className="line-diff__right">
              {cut(line.right)}
            </span>
          </div>
        ),
      )}
      {hidden > 0 && <p className="muted">{countText(hidden)} more lines are not shown.</p>}
    </div>
  );
}

function textOf(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? "";
}

function cut(text: string | undefined): string {
  if (text === undefined) return "";
  const visible = visibleText(text.slice(0, LINE_CHARACTERS_MAX));
  return text.length > LINE_CHARACTERS_MAX ? `${visible}…` : visible;
}

function withGaps(pairs: readonly LinePair[]): readonly Shown[] {
  const near = new Set<number>();
  pairs.forEach(({ kind }, index) => {
    if (kind === "same") return;
    for (let at = index - CONTEXT_LINES; at <= index + CONTEXT_LINES; at += 1) near.add(at);
  });
  const lines: Shown[] = [];
  let skipped = 0;
  const flush = (end: number): void => {
    if (skipped > 0) lines.push({ kind: "gap", lines: skipped, at: end - skipped });
    skipped = 0;
  };
  pairs.forEach((pair, at) => {
    if (!near.has(at)) {
      skipped += 1;
      return;
    }
    flush(at);
    lines.push({ ...pair, at });
  });
  flush(pairs.length);
  return lines;
}
