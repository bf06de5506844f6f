// A text that must become a JSON object before it is sent: says while typing what is wrong with it, and puts it in order.
import { useId, type ReactElement } from "react";
import { Button } from "./button.tsx";
import "./json-editor.css";

export type JsonObject = Record<string, unknown>;

/** The object, or why the text is none. */
export function parseJsonObject(text: string): { value: JsonObject } | { problem: string } {
  if (text.trim() === "") return { value: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { value: value as JsonObject };
    }
    return { problem: "It must be a JSON object: { … }." };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

export function JsonEditor(props: {
  label: string;
  text: string;
  onChange: (text: string) => void;
  /** Ctrl or ⌘ with Enter. */
  onSubmit?: () => void;
}): ReactElement {
  const { label, text, onChange, onSubmit } = props;
  const id = useId();
  const parsed = parseJsonObject(text);
  const problem = "problem" in parsed ? parsed.problem : undefined;
  return (
    <div className="json-editor">
      <div className="json-editor__head">
        <label htmlFor={id}>{label}</label>
        <Button
          kind="quiet"
          disabled={problem !== undefined}
          onClick={() => "value" in parsed && onChange(JSON.stringify(parsed.value, undefined, 2))}
        >
          Format
        </Button>
      </div>
      <textarea
        id={id}
        className="json-editor__text mono"
        spellCheck={false}
        rows={12}
        value={text}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) onSubmit?.();
        }}
      />
      <p id={`${id}-problem`} className="json-editor__problem bad" aria-live="polite">
        {problem}
      </p>
    </div>
  );
}
