// Rows while somebody reads further down: what came in above is held back and counted, so that nothing moves under the eye.
// Pure.

export interface HeldRows<Row> {
  readonly rows: readonly Row[];
  /** How many are held back above. */
  readonly news: number;
}

/**
 * @param topId Of the row that was first when the reading began; undefined while the top of the list is in view.
 */
export function holdBack<Row extends { readonly id: string }>(
  rows: readonly Row[],
  topId: string | undefined,
): HeldRows<Row> {
  const at = topId === undefined ? 0 : rows.findIndex(({ id }) => id === topId);
  // The row may be gone since: then there is nothing to hold on to.
  if (at <= 0) return { rows, news: 0 };
  return { rows: rows.slice(at), news: at };
}
