// Which runs a bulk action is for: named ones, or all that match the filter. Pure. Invariant: "all" means the filter, also
// runs that no page has shown yet, and is forgotten when the filter changes.

export type Selection =
  | { readonly kind: "some"; readonly ids: ReadonlySet<string> }
  | { readonly kind: "all" };

export const NO_SELECTION: Selection = { kind: "some", ids: new Set() };

export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === "all" || selection.ids.has(id);
}

/** @param loadedIds Of the rows that are loaded: taking one out of "all" leaves these. */
export function toggleOne(
  selection: Selection,
  id: string,
  loadedIds: readonly string[],
): Selection {
  const ids = new Set(selection.kind === "all" ? loadedIds : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { kind: "some", ids };
}

/** Everything between two rows joins the selection, as with Shift in any list. */
export function selectRange(
  selection: Selection,
  loadedIds: readonly string[],
  fromId: string,
  toId: string,
): Selection {
  if (selection.kind === "all") return selection;
  const [one, other] = [loadedIds.indexOf(fromId), loadedIds.indexOf(toId)];
  if (one < 0 || other < 0) return toggleOne(selection, toId, loadedIds);
  const range = loadedIds.slice(Math.min(one, other), Math.max(one, other) + 1);
  return { kind: "some", ids: new Set([...selection.ids, ...range]) };
}

export function selectLoaded(loadedIds: readonly string[]): Selection {
  return { kind: "some", ids: new Set(loadedIds) };
}

/** @param total Runs that match the filter, as far as it is known. */
export function countSelected(selection: Selection, total: number | undefined): number | undefined {
  return selection.kind === "all" ? total : selection.ids.size;
}
