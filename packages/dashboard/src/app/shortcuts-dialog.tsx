// The list of the keyboard shortcuts that work on this page.
import type { ReactElement } from "react";
import { Dialog } from "../components/dialog.tsx";
import { KeyValue } from "../components/key-value.tsx";
import { SEARCH_KEYS } from "./search-keys.ts";
import { listShortcuts } from "./shortcuts.ts";

const OF_LISTS = [
  ["j", "Next row"],
  ["k", "Row before"],
  ["Enter", "Open the row"],
  ["x", "Select the row"],
] as const;

export function ShortcutsDialog({ onClose }: { onClose: () => void }): ReactElement {
  const items = [...listShortcuts(), ...OF_LISTS];
  return (
    <Dialog title="Keyboard shortcuts" open onClose={onClose}>
      <KeyValue items={items.map(([keys, does]) => [shown(keys), does])} />
    </Dialog>
  );
}

function shown(keys: string): string {
  return keys.replace("mod+k", SEARCH_KEYS).replace(" ", " then ");
}
