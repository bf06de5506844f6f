// A bound on the payloads of one page: outputs and events may be megabytes each, and an answer is made in memory. A page that
// reaches it ends early and leads on with its cursor.

export const ANSWER_BYTES_MAX: number = 16 * 1024 * 1024;

/** How many of the items fit, at least one. */
export function countFitting<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
): number {
  let bytes = 0;
  const over = items.findIndex((item, index) => {
    bytes += bytesOf(item);
    return bytes > ANSWER_BYTES_MAX && index > 0;
  });
  return over === -1 ? items.length : over;
}
