// Walking through the rows of a table with the keyboard: j, k and the arrows move, Enter opens, x selects. The row that has
// the focus may leave the page while scrolling, so what is remembered is its number.
import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useState, type KeyboardEvent, type RefObject } from "react";
import { isDialogOpen, isTyping } from "./is-typing.ts";

interface WalkedRow<Row> {
  readonly original: Row;
  readonly toggleSelected: () => void;
}

export interface RowKeys {
  /** Number of the row that Tab reaches. */
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

export function useRowKeys<Row>(options: {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly virtual: Virtualizer<HTMLDivElement, Element>;
  readonly rows: readonly WalkedRow<Row>[];
  readonly onOpen: ((row: Row) => void) | undefined;
}): RowKeys {
  const { scroller, virtual, rows, onOpen } = options;
  const [active, setActive] = useState(0);
  const last = rows.length - 1;
  const focus = (index: number): void => {
    const next = Math.min(last, Math.max(0, index));
    setActive(next);
    virtual.scrollToIndex(next);
    const row = (): HTMLElement | null | undefined =>
      scroller.current?.querySelector<HTMLElement>(`tr[data-index="${next}"]`);
    const shown = row();
    // A row out of view comes into the page with the next frame.
    if (shown == null) requestAnimationFrame(() => row()?.focus());
    else shown.focus();
  };
  const steps: Readonly<Record<string, () => void>> = {
    j: () => focus(active + 1),
    ArrowDown: () => focus(active + 1),
    k: () => focus(active - 1),
    ArrowUp: () => focus(active - 1),
    Home: () => focus(0),
    End: () => focus(last),
    x: () => rows[active]?.toggleSelected(),
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    const row = rows[active];
    if (event.key === "Enter" && (event.target as Element).matches("tr") && row !== undefined) {
      onOpen?.(row.original);
      return;
    }
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  };
  // j and k start walking also before anything in the table has the focus.
  useEffect(() => {
    const start = (event: globalThis.KeyboardEvent): void => {
      const isPlain = !event.metaKey && !event.ctrlKey && !event.altKey && !event.defaultPrevented;
      if (!isPlain || (event.key !== "j" && event.key !== "k") || isTyping(event.target)) return;
      if (scroller.current?.contains(document.activeElement) === true || last < 0) return;
      if (isDialogOpen()) return;
      focus(active);
    };
    document.addEventListener("keydown", start);
    return () => document.removeEventListener("keydown", start);
  });
  return { active: Math.min(active, Math.max(0, last)), setActive, onKeyDown };
}
