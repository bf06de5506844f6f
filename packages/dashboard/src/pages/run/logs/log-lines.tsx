// Lines of a logger below each other: of many only those in view are in the page. Whoever stands at the end stays there when
// lines are added. Everything that an app wrote is text here.
import type { LogLevelValue, LogLineView } from "@everstep/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import { JsonView } from "../../../components/json-view.tsx";
import { visibleText } from "../../../components/json-lines.ts";
import { clockTime, exactTime } from "../../../data/time-text.ts";
import "./logs.css";

const LINE_HEIGHT = 24;
const VIRTUAL_FROM = 200;
const END_PX = 60;
const PREVIEW_CHARS = 200;

const LEVELS: Readonly<Record<LogLevelValue, string>> = {
  DEBUG: "Debug",
  INFO: "Info",
  WARN: "Warn",
  ERROR: "Error",
};

export interface LogLinesProps {
  lines: readonly LogLineView[];
  label: string;
  /** Height in pixels from which it scrolls; absent: it fills the height that is left. */
  maxHeight?: number;
  /** Whether it begins at its end, for runs that go on. */
  isLive: boolean;
  /** What stands at the right of a line. */
  aside?: (line: LogLineView) => ReactNode;
  /** The end is near: read on. */
  onEnd: () => void;
}

export function LogLines(props: LogLinesProps): ReactElement {
  const { lines, label, maxHeight, isLive, aside, onEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(isLive);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const isVirtual = lines.length >= VIRTUAL_FROM;
  const rows = useVirtualizer({
    count: isVirtual ? lines.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
    getItemKey: (index) => lines[index]?.position ?? index,
  });
  useLayoutEffect(() => {
    const { current } = scroller;
    if (isAtEnd.current && current !== null) current.scrollTop = current.scrollHeight;
  }, [lines.length]);
  const lineOf = (line: LogLineView): ReactElement => (
    <Line
      key={line.position}
      line={line}
      isOpen={opened.has(line.position)}
      onToggle={() => setOpened((known) => toggled(known, line.position))}
      aside={aside?.(line)}
    />
  );
  return (
    <div
      ref={scroller}
      className={maxHeight === undefined ? "log-lines log-lines--fill" : "log-lines"}
      style={maxHeight === undefined ? undefined : { maxHeight }}
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < END_PX;
        if (isAtEnd.current) onEnd();
      }}
    >
      {!isVirtual && lines.map(lineOf)}
      {isVirtual && (
        <div className="log-lines__all" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className="log-lines__place"
              style={{ transform: `translateY(${start}px)` }}
            >
              {lineOf(lines[index] as LogLineView)}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

interface LineProps {
  line: LogLineView;
  isOpen: boolean;
  onToggle: () => void;
  aside: ReactNode;
}

function Line({ line, isOpen, onToggle, aside }: LineProps): ReactElement {
  const { at, level, message, fields } = line;
  const atMs = Date.parse(at);
  return (
    <div className={`log-line log-line--${level.toLowerCase()}`}>
      <time className="log-line__time" dateTime={at} title={exactTime(atMs)}>
        {clockTime(atMs)}
      </time>
      <span className="log-line__level">{LEVELS[level]}</span>
      <div className="log-line__text" dir="ltr">
        {visibleText(message)}
        {fields !== undefined && (
          <button
            type="button"
            className="log-line__fields"
            aria-expanded={isOpen}
            onClick={onToggle}
          >
            {isOpen ? "Fields" : preview(fields)}
          </button>
        )}
        {isOpen && <JsonView value={fields} label="Fields" maxHeight={320} />}
      </div>
      {aside !== undefined && <div className="log-line__aside">{aside}</div>}
    </div>
  );
}

function preview(fields: unknown): string {
  const json = JSON.stringify(fields) ?? "";
  return visibleText(json.length > PREVIEW_CHARS ? `${json.slice(0, PREVIEW_CHARS)}…` : json);
}

function toggled(known: ReadonlySet<number>, position: number): ReadonlySet<number> {
  const next = new Set(known);
  if (!next.delete(position)) next.add(position);
  return next;
}
