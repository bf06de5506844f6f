// The row of filters above a list. Values come from the URL and go there (use-search.ts), so a view can be sent to a colleague
// and the back button works.
import { Menu } from "@base-ui/react/menu";
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { Icon } from "./icon.tsx";
import "./popup.css";
import "./filter-bar.css";

/** `onClear` is given while any filter is set. */
export function FilterBar(props: {
  children: ReactNode;
  onClear?: (() => void) | undefined;
}): ReactElement {
  return (
    <div className="filter-bar" role="search" aria-label="Filters">
      {props.children}
      {props.onClear !== undefined && (
        <Button kind="quiet" icon="close" onClick={props.onClear}>
          Clear
        </Button>
      )}
    </div>
  );
}

export interface FilterChoice {
  readonly value: string;
  readonly text: string;
  readonly mark?: ReactNode;
}

/** Several of a list; none chosen means all. `single`: at most one. */
export function FilterSelect(props: {
  label: string;
  choices: readonly FilterChoice[];
  values: readonly string[];
  onChange: (values: string[]) => void;
  single?: boolean;
  /** The choices are looked at now: time to read those that cost something. */
  onOpen?: () => void;
  /** Something is always chosen, so that it is no filter to be seen at a glance. */
  plain?: boolean;
}): ReactElement {
  const { label, choices, values, onChange, onOpen, single = false, plain = false } = props;
  const chosen = choices.filter(({ value }) => values.includes(value));
  const toggle = (value: string, isOn: boolean): void => {
    const others = single ? [] : values.filter((each) => each !== value);
    onChange(isOn ? [...others, value] : others);
  };
  const shown =
    chosen.length === 0 ? label : `${label}: ${chosen.map(({ text }) => text).join(", ")}`;
  return (
    <Menu.Root onOpenChange={(isOpen) => isOpen && onOpen?.()}>
      <Menu.Trigger
        className={chosen.length === 0 || plain ? "filter" : "filter filter--set"}
        aria-label={shown}
      >
        <span className="filter__text">{shown}</span>
        <Icon name="down" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="popup-place" sideOffset={4} align="start">
          <Menu.Popup className="popup">
            {choices.length === 0 && <p className="popup__empty">Nothing to choose from yet</p>}
            {choices.map(({ value, text, mark }) => (
              <Menu.CheckboxItem
                key={value}
                className="popup__item"
                checked={values.includes(value)}
                onCheckedChange={(isOn) => toggle(value, isOn)}
                closeOnClick={single}
              >
                <span className="popup__check">
                  <Menu.CheckboxItemIndicator>
                    <Icon name="check" />
                  </Menu.CheckboxItemIndicator>
                </span>
                {mark}
                <span className="clip">{text}</span>
              </Menu.CheckboxItem>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

const TYPING_MS = 250;

/** A text that takes effect shortly after typing ends, or at once with Enter. */
export function FilterText(props: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  mono?: boolean;
  /** Why the text is not understood. */
  error?: string | undefined;
}): ReactElement {
  const { label, placeholder, value, onChange, mono = false, error } = props;
  // What is typed counts until the value changes from outside, e.g. by the back button.
  const [typed, setTyped] = useState({ text: value, of: value });
  const text = typed.of === value ? typed.text : value;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const give = (next: string, waitMs: number): void => {
    setTyped({ text: next, of: value });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next), waitMs);
  };
  return (
    <label className={mono ? "filter-text filter-text--wide" : "filter-text"}>
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        aria-invalid={error !== undefined}
        className={mono ? "mono" : undefined}
        placeholder={placeholder}
        value={text}
        spellCheck={false}
        onChange={(event) => give(event.target.value, TYPING_MS)}
        onKeyDown={(event) => event.key === "Enter" && give(text, 0)}
      />
      {error !== undefined && (
        <span className="filter-text__error" role="alert">
          {error}
        </span>
      )}
    </label>
  );
}
