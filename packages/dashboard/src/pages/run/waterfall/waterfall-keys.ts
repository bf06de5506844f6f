// What each key does in the waterfall: a table, so that the list of shortcuts and the behaviour are one thing.
import type { WaterfallRow } from "../trace/waterfall-rows.ts";

export type KeyAction =
  | { readonly type: "move"; readonly to: number }
  | { readonly type: "toggle"; readonly id: string }
  | { readonly type: "zoom"; readonly factor: number }
  | { readonly type: "pan"; readonly share: number }
  | { readonly type: "whole" }
  | { readonly type: "closer" };

export interface PressedKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const PAGE_ROWS = 15;

/** @param at Index of the selected row; -1 when none is. Undefined: the key is somebody else's. */
export function keyAction(
  pressed: PressedKey,
  rows: readonly WaterfallRow[],
  at: number,
): KeyAction | undefined {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return undefined;
  const row = rows[at];
  const move = (to: number): KeyAction => ({
    type: "move",
    to: Math.min(Math.max(to, 0), rows.length - 1),
  });
  switch (pressed.key) {
    case "ArrowDown":
    case "j":
      return move(at + 1);
    case "ArrowUp":
    case "k":
      return move(at - 1);
    case "PageDown":
      return move(at + PAGE_ROWS);
    case "PageUp":
      return move(at - PAGE_ROWS);
    case "Home":
      return move(0);
    case "End":
      return move(rows.length - 1);
    case "ArrowRight":
      if (pressed.shiftKey) return { type: "pan", share: 0.2 };
      return unfoldOrEnter(row, move(at + 1));
    case "ArrowLeft":
      if (pressed.shiftKey) return { type: "pan", share: -0.2 };
      return foldOrLeave(row, rows, move);
    case "Enter":
    case " ":
      return row?.canUnfold === true ? { type: "toggle", id: row.id } : undefined;
    case "+":
    case "=":
      return { type: "zoom", factor: 0.5 };
    case "-":
      return { type: "zoom", factor: 2 };
    case "0":
      return { type: "whole" };
    case "z":
      return { type: "closer" };
    default:
      return undefined;
  }
}

function unfoldOrEnter(row: WaterfallRow | undefined, enter: KeyAction): KeyAction | undefined {
  if (row === undefined || !row.canUnfold) return undefined;
  return row.isUnfolded ? enter : { type: "toggle", id: row.id };
}

function foldOrLeave(
  row: WaterfallRow | undefined,
  rows: readonly WaterfallRow[],
  move: (to: number) => KeyAction,
): KeyAction | undefined {
  if (row === undefined) return undefined;
  if (row.isUnfolded) return { type: "toggle", id: row.id };
  const parent = rows.findIndex(({ id }) => id === row.parentId);
  return parent < 0 ? undefined : move(parent);
}
