// A page of a list in the form of a GraphQL connection, whichever way its items are found. The page is read once, and the
// total only when it is selected. A search reads a bounded number of items: a page may then hold fewer than asked for, or
// none, and still lead on; its end cursor says where the search stands.
import { EverstepError } from "@everstep/protocol";
import type { View } from "./view.ts";

/** Items that one page of a search looks at. */
const SEARCH_SCAN_MAX = 10_000;
const SCAN_BATCH = 400;

export interface ListSource<T> {
  /** The next items after a cursor, at most `limit`. */
  read(after: string | undefined, limit: number): Promise<readonly T[]>;
  cursorOf(item: T): string;
  /** How many there are in all, without the search. */
  count(): Promise<number>;
  /** Keeps those that the search finds; absent: all. */
  keep?(items: readonly T[]): Promise<readonly T[]>;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly endCursor: string | undefined;
}

export interface ConnectionRequest {
  readonly first: number;
  readonly after: string | undefined;
}

export function connectionView<T>(
  source: ListSource<T>,
  { first, after }: ConnectionRequest,
  nodeView: (item: T) => View,
): View {
  let page: Promise<Page<T>> | undefined;
  const readOnce = (): Promise<Page<T>> => (page ??= readPage(source, after, first));
  return {
    edges: async () =>
      (await readOnce()).items.map((item) => ({
        node: () => nodeView(item),
        cursor: () => source.cursorOf(item),
      })),
    pageInfo: async () => {
      const { items, hasNextPage, endCursor } = await readOnce();
      const [start] = items;
      return {
        hasNextPage,
        hasPreviousPage: after !== undefined,
        startCursor: start === undefined ? null : source.cursorOf(start),
        endCursor,
      };
    },
    totalCount: () => (source.keep === undefined ? source.count() : countFound(source)),
  };
}

async function readPage<T>(
  source: ListSource<T>,
  after: string | undefined,
  first: number,
): Promise<Page<T>> {
  const keep = source.keep?.bind(source);
  const found: T[] = [];
  let cursor = after;
  for (let scanned = 0; scanned < SEARCH_SCAN_MAX;) {
    const limit = keep === undefined ? first + 1 : SCAN_BATCH;
    const batch = await source.read(cursor, limit);
    found.push(...(keep === undefined ? batch : await keep(batch)));
    if (found.length > first) {
      const items = found.slice(0, first);
      return { items, hasNextPage: true, endCursor: endOf(source, items) };
    }
    const last = batch.at(-1);
    if (batch.length < limit || last === undefined) {
      return { items: found, hasNextPage: false, endCursor: endOf(source, found) };
    }
    cursor = source.cursorOf(last);
    scanned += batch.length;
  }
  return { items: found, hasNextPage: true, endCursor: cursor };
}

function endOf<T>(source: ListSource<T>, items: readonly T[]): string | undefined {
  const last = items.at(-1);
  return last === undefined ? undefined : source.cursorOf(last);
}

async function countFound<T>(source: ListSource<T>): Promise<number> {
  let found = 0;
  let cursor: string | undefined;
  for (let scanned = 0; scanned < SEARCH_SCAN_MAX;) {
    const batch = await source.read(cursor, SCAN_BATCH);
    found += (await source.keep?.(batch))?.length ?? batch.length;
    const last = batch.at(-1);
    if (batch.length < SCAN_BATCH || last === undefined) return found;
    cursor = source.cursorOf(last);
    scanned += batch.length;
  }
  throw new EverstepError(
    "argument_invalid",
    `totalCount of a search looks at ${SEARCH_SCAN_MAX} items at most, and the filter leaves more: narrow from and until, or leave totalCount out`,
  );
}
