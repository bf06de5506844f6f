// A field for JSON: says where it is not JSON while one types, and keeps the text as it was typed.
import { useId, type ReactElement } from "react";
import "./json-field.css";

export interface JsonFieldProps {
  label: string;
  text: string;
  onText: (text: string) => void;
  /** From parseJson; undefined: it is fine. */
  error: string | undefined;
  rows?: number;
}

export function JsonField({ label, text, onText, error, rows = 14 }: JsonFieldProps): ReactElement {
  const id = useId();
  return (
    <div className="json-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="mono"
        rows={rows}
        value={text}
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-error`}
        onChange={(event) => onText(event.target.value)}
      />
      <p id={`${id}-error`} className="bad" role="status">
        {error}
      </p>
    </div>
  );
}
