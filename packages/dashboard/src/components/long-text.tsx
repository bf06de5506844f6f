// A text of any length, in slices of which only those in view are in the page. For stacks, logs and strings of a megabyte.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, type ReactElement } from "react";
import { CopyButton } from "./copy-button.tsx";
import { visibleText } from "./json-lines.ts";
import "./long-text.css";

const LINE_HEIGHT = 18;
/** A line without an end is cut into pieces of this many characters. */
const PIECE = 500;
const VIRTUAL_FROM = 200;

export function LongText(props: { text: string; label: string; maxHeight?: number }): ReactElement {
  const { text, label, maxHeight = 480 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const pieces = useMemo(() => toPieces(text), [text]);
  const isVirtual = pieces.length >= VIRTUAL_FROM;
  const rows = useVirtualizer({
    count: isVirtual ? pieces.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  });
  return (
    <div className="long-text">
      <div className="long-text__copy">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
      <div
        ref={scroller}
        className="long-text__scroll"
        style={{ maxHeight }}
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        {!isVirtual && <pre className="long-text__piece">{visibleText(text)}</pre>}
        <div className="long-text__all" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ key, index, start }) => (
            <pre
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className="long-text__piece long-text__piece--placed"
              style={{ transform: `translateY(${start}px)` }}
            >
              {visibleText(pieces[index] ?? "")}
            </pre>
          ))}
        </div>
      </div>
    </div>
  );
}

function toPieces(text: string): string[] {
  const pieces: string[] = [];
  for (const line of text.split("\n")) {
    for (let at = 0; at === 0 || at < line.length; at += PIECE)
      pieces.push(line.slice(at, at + PIECE));
  }
  return pieces;
}
