// A stack to be read: one frame a line, the app's own frames in front of those of Node and packages, which fold. Lines are
// never wrapped, so that frames stay below each other. A stack beyond all reason is shown as a long text.
import { useMemo, useState, type ReactElement } from "react";
import { CopyButton } from "./copy-button.tsx";
import { visibleText } from "./json-lines.ts";
import { LongText } from "./long-text.tsx";
import { foldLibraries, stackLines, type StackPart } from "./stack-frames.ts";
import "./stack.css";

const CHARACTERS_MAX = 20_000;

export interface StackProps {
  stack: string;
  /** What stands above the stack already. */
  error: { readonly name: string; readonly message: string };
  label?: string;
  maxHeight?: number;
}

export function Stack({
  stack,
  error,
  label = "Stack",
  maxHeight = 260,
}: StackProps): ReactElement {
  const [isWhole, setIsWhole] = useState(false);
  const { name, message } = error;
  const parts = useMemo((): readonly StackPart[] => {
    if (stack.length > CHARACTERS_MAX) return [];
    const lines = stackLines(stack, { name, message });
    return isWhole ? lines.map((line) => ({ kind: "line", line })) : foldLibraries(lines);
  }, [stack, name, message, isWhole]);
  if (parts.length === 0) return <LongText text={stack} label={label} maxHeight={maxHeight} />;
  return (
    <div className="stack-frames">
      <div className="stack-frames__copy">
        <CopyButton text={stack} label={`Copy ${label}`} />
      </div>
      <div
        className="stack-frames__scroll"
        style={{ maxHeight }}
        tabIndex={0}
        role="region"
        aria-label={label}
      >
        <ol className="stack-frames__list">
          {parts.map((part, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- frames have no other identity, and never move
            <li key={index}>
              {part.kind === "line" ? (
                <code className={`stack-frames__line stack-frames__line--${part.line.kind}`}>
                  {visibleText(part.line.text)}
                </code>
              ) : (
                <button
                  type="button"
                  className="stack-frames__more"
                  onClick={() => setIsWhole(true)}
                >
                  {part.lines.length} frames of Node and packages
                </button>
              )}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}
