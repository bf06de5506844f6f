// ⌘K: go anywhere, open a run by its id, change the theme. Typing narrows the list, arrows choose, Enter does it.
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useMemo, useState, type KeyboardEvent, type ReactElement } from "react";
import { Icon, type IconName } from "../components/icon.tsx";
import { read } from "../data/queries.ts";
import { GO_TO } from "./places.ts";
import { setTheme } from "./theme.ts";
import "./command-palette.css";

interface Command {
  readonly title: string;
  readonly hint: string;
  readonly icon: IconName;
  readonly run: () => void;
}

type Navigate = ReturnType<typeof useNavigate>;

const SHOWN_MAX = 50;
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

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
            aria-label="Search pages, functions, run ids and commands"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={current < 0 ? undefined : `${listId}-${current}`}
            aria-autocomplete="list"
            placeholder="Search, or paste a run id"
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

function useCommands(text: string): readonly Command[] {
  const functions = useQuery(read("/functions", { query: { includeStats: false } }));
  const navigate = useNavigate();
  const all = useMemo(
    () => [
      ...placeCommands(navigate),
      ...(functions.data?.data ?? []).map(({ slug, name, app }): Command => ({
        title: name,
        hint: `Function of ${app.name}`,
        icon: "functions",
        run: () => void navigate({ to: "/functions/$functionId", params: { functionId: slug } }),
      })),
      ...themeCommands(),
    ],
    [functions.data, navigate],
  );
  if (ULID.test(text)) return idCommands(text.toUpperCase(), navigate);
  const words = text.toLowerCase().split(/\s+/);
  return all.filter(({ title, hint }) => {
    const haystack = `${title} ${hint}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

function placeCommands(navigate: Navigate): Command[] {
  return GO_TO.map(({ to, title, icon, keys }) => ({
    title,
    hint: keys,
    icon,
    run: () => void navigate({ to }),
  }));
}

function themeCommands(): Command[] {
  return (["system", "light", "dark"] as const).map((theme) => ({
    title: `Theme: ${theme}`,
    hint: "Command",
    icon: theme === "dark" ? "moon" : theme === "light" ? "sun" : "screen",
    run: () => setTheme(theme),
  }));
}

/** An id says not what it is of, so both are offered. */
function idCommands(id: string, navigate: Navigate): Command[] {
  return [
    {
      title: `Run ${id}`,
      hint: "Open",
      icon: "runs",
      run: () => void navigate({ to: "/runs/$runId", params: { runId: id } }),
    },
    {
      title: `Event ${id}`,
      hint: "Open",
      icon: "events",
      run: () => void navigate({ to: "/events/$eventId", params: { eventId: id } }),
    },
  ];
}
