// What the page of a run takes from the URL.
import { textOf } from "../../data/search-params.ts";

export interface RunSearch {
  tab?: string | undefined;
  /** Id of the span whose details are open. */
  span?: string | undefined;
  /** Words of the steps to be shown. */
  find?: string | undefined;
}

export function parseRunSearch(search: Record<string, unknown>): RunSearch {
  return {
    tab: textOf(search["tab"]),
    span: textOf(search["span"]),
    find: textOf(search["find"]),
  };
}
