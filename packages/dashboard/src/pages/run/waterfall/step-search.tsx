// Finds steps by words, above the names that it narrows. "/" comes here from anywhere on the page; Enter and the arrow go on
// into the steps, Escape gives all of them back.
import { useRef, type KeyboardEvent, type ReactElement } from "react";
import { useShortcuts } from "../../../app/shortcuts.ts";
import { Icon } from "../../../components/icon.tsx";
import { countText } from "../../../data/number-text.ts";

export interface StepSearchProps {
  text: string;
  onText: (text: string) => void;
  /** Undefined while nothing is looked for. */
  found: number | undefined;
  onLeave: (to: "first" | "steps") => void;
}

export function StepSearch({ text, onText, found, onLeave }: StepSearchProps): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ "/": { does: "Find a step", run: () => input.current?.focus() } });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      onText("");
      onLeave("steps");
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      onLeave("first");
    }
  };
  return (
    <label className="step-search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Find a step"
        placeholder="Find a step"
        title="A part of its name, or failed, waiting, sleep, invoke, retried … ( / )"
        value={text}
        spellCheck={false}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className="step-search__count" role="status">
        {found !== undefined && (found === 0 ? "none" : countText(found))}
      </span>
    </label>
  );
}
