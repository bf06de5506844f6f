// Keyboard shortcuts: one listener, a registry that pages add to while they are shown, and sequences ("g r"). Keys that
// belong to a text being typed are left alone, and while a dialog is open only those that work while typing are heard.
import { useEffect, useLayoutEffect, useRef } from "react";
import { isDialogOpen, isTyping } from "../components/is-typing.ts";

export interface Shortcut {
  /** For the list behind "?". */
  readonly does: string;
  readonly run: () => void;
  readonly whileTyping?: boolean;
}

const SEQUENCE_MS = 1_000;
const registry = new Map<string, Shortcut>();
let begun = "";
let begunAtMs = 0;

/** By keys: "?", "mod+k" (⌘ or Ctrl), "g r". In force while the component is shown. */
export function useShortcuts(shortcuts: Readonly<Record<string, Shortcut>>): void {
  const latest = useRef(shortcuts);
  useLayoutEffect(() => {
    latest.current = shortcuts;
  });
  const names = Object.keys(shortcuts).join("\n");
  useEffect(() => {
    for (const keys of names.split("\n")) {
      const { does = "", whileTyping = false } = latest.current[keys] ?? {};
      registry.set(keys, { does, whileTyping, run: () => latest.current[keys]?.run() });
    }
    if (registry.size > 0) document.addEventListener("keydown", onKeyDown);
    return () => {
      for (const keys of names.split("\n")) registry.delete(keys);
    };
  }, [names]);
}

/** What is in force now. */
export function listShortcuts(): readonly (readonly [keys: string, does: string])[] {
  return [...registry].map(([keys, { does }]) => [keys, does]);
}

function onKeyDown(event: KeyboardEvent): void {
  const key = event.metaKey || event.ctrlKey ? `mod+${event.key.toLowerCase()}` : event.key;
  if (event.altKey || event.defaultPrevented) return;
  const isFresh = event.timeStamp - begunAtMs < SEQUENCE_MS;
  const keys = begun !== "" && isFresh && registry.has(`${begun} ${key}`) ? `${begun} ${key}` : key;
  begun = key;
  begunAtMs = event.timeStamp;
  const shortcut = registry.get(keys);
  if (shortcut === undefined) return;
  const isBusy = isTyping(event.target) || isDialogOpen();
  if (isBusy && shortcut.whileTyping !== true) return;
  begun = "";
  event.preventDefault();
  shortcut.run();
}
