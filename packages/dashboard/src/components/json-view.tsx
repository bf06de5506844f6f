// Any JSON value, shown as text: folded where it is deep, virtual where it is long, copied as it came. Nothing of a payload
// is ever HTML here: every part of it is a text node, made visible by json-lines.ts.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState, type ReactElement } from "react";
import { bytesText } from "../data/number-text.ts";
import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";
import { toJsonLines, type Folds, type JsonLine } from "./json-lines.ts";
import { LongText } from "./long-text.tsx";
import "./json-view.css";

const LINE_HEIGHT = 20;
/** Fewer lines are all in the page, where the browser's own search finds them. */
const VIRTUAL_FROM = 300;

export interface JsonViewProps {
  value: unknown;
  /** What it is, for screen readers: "Event payload". */
  label: string;
  /** Height in pixels from which it scrolls. */
  maxHeight?: number;
}

export function JsonView({ value, label, maxHeight = 480 }: JsonViewProps): ReactElement {
  const [folds, setFolds] = useState<Folds>(new Map());
  const [whole, setWhole] = useState<string>();
  const lines = useMemo(() => toJsonLines(value, folds), [value, folds]);
  const toggle = ({ path, fold }: JsonLine): void =>
    setFolds((known) => new Map(known).set(path, fold?.isOpen !== true));
  const actions: LineActions = { onToggle: toggle, onWhole: setWhole };
  return (
    <div className="json">
      <div className="json__copy">
        <CopyButton
          text={() => JSON.stringify(value, undefined, 2) ?? ""}
          label={`Copy ${label}`}
        />
      </div>
      {lines.length < VIRTUAL_FROM ? (
        <div
          className="json__scroll"
          style={{ maxHeight }}
          tabIndex={0}
          role="region"
          aria-label={label}
        >
          {lines.map((line) => (
            <Line key={line.path} line={line} {...actions} />
          ))}
        </div>
      ) : (
        <VirtualLines lines={lines} label={label} maxHeight={maxHeight} {...actions} />
      )}
      <Dialog
        title="Whole text"
        size="wide"
        open={whole !== undefined}
        onClose={() => setWhole(undefined)}
      >
        {whole !== undefined && <LongText text={whole} label="Whole text" />}
      </Dialog>
    </div>
  );
}

interface LineActions {
  onToggle: (line: JsonLine) => void;
  onWhole: (text: string) => void;
}

function VirtualLines(
  props: LineActions & { lines: readonly JsonLine[]; label: string; maxHeight: number },
): ReactElement {
  const { lines, label, maxHeight, ...actions } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
    getItemKey: (index) => lines[index]?.path ?? index,
  });
  return (
    <div
      ref={scroller}
      className="json__scroll"
      style={{ maxHeight }}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <div className="json__all" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            ref={rows.measureElement}
            data-index={index}
            className="json__place"
            style={{ transform: `translateY(${start}px)` }}
          >
            <Line line={lines[index] as JsonLine} {...actions} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Line({ line, onToggle, onWhole }: LineActions & { line: JsonLine }): ReactElement {
  const { key, kind, text, fold, whole, comma, depth } = line;
  const name = key !== undefined && <span className="json__key">{key}: </span>;
  const end = comma ? "," : "";
  return (
    <div className="json__line" dir="ltr" style={{ paddingLeft: 18 + depth * 16 }}>
      {fold === undefined ? (
        <>
          {name}
          <span className={`json__${kind}`}>{text}</span>
          {whole !== undefined && (
            <button type="button" className="json__whole" onClick={() => onWhole(whole)}>
              Show all {bytesText(whole.length)}
            </button>
          )}
          {end}
        </>
      ) : (
        <button
          type="button"
          className="json__fold"
          aria-expanded={fold.isOpen}
          onClick={() => onToggle(line)}
        >
          {name}
          {text}
          {!fold.isOpen && <FoldedText line={line} end={end} />}
        </button>
      )}
    </div>
  );
}

function FoldedText({ line, end }: { line: JsonLine; end: string }): ReactElement {
  const size = line.fold?.size ?? 0;
  const isList = line.text === "[";
  const members = isList ? (size === 1 ? "item" : "items") : size === 1 ? "field" : "fields";
  return (
    <>
      <span className="json__size">
        {" "}
        {size} {members}{" "}
      </span>
      {isList ? "]" : "}"}
      {end}
    </>
  );
}
