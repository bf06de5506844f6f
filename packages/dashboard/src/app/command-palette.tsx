// ⌘K: go anywhere, do anything (palette-commands.ts). Typing narrows the list, arrows choose, Enter does it.
import { Dialog } from "@base-ui/react/dialog";
import { useId, useState, type KeyboardEvent, type ReactElement } from "react";
import { Icon } from "../components/icon.tsx";
import { useCommands, type Command } from "./palette-commands.ts";
import "../components/popup.css";
import "./command-palette.css";

const SHOWN_MAX = 50;

export function CommandPalette({ onClose }: { onClose: () => void }): ReactElement {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const commands = useCommands(text.trim()).slice(0, SHOWN_MAX);
  const current = Math.min(chosen, commands.length - 1);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((current + step + commands.length) % Math.max(1, commands.length));
    } else if (event.key === "Enter") run(commands[current]);
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette" aria-label="Search and commands">
          <input
            className="palette__input"
            role="combobox"
            aria-label="Search pages, functions, events, ids and commands"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={current < 0 ? undefined : `${listId}-${current}`}
            aria-autocomplete="list"
            placeholder="Search, or paste the id of a run or event"
            spellCheck={false}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setChosen(0);
            }}
            onKeyDown={onKeyDown}
          />
          <div className="palette__list" role="listbox" id={listId} aria-label="Results">
            {commands.map((command, index) => (
              // The input above has the focus and the keys.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={`${command.hint} ${command.title}`}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === current}
                className="popup__item"
                onPointerMove={() => setChosen(index)}
                onClick={() => run(command)}
                ref={(item) => {
                  if (index === current) item?.scrollIntoView({ block: "nearest" });
                }}
              >
                <Icon name={command.icon} />
                <span className="clip">{command.title}</span>
                <span className="palette__hint">{command.hint}</span>
              </div>
            ))}
          </div>
          {commands.length === 0 && <p className="palette__none muted">Nothing matches.</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
