// What the page of an event takes from the URL.
import { textOf } from "../../data/search-params.ts";

export interface EventSearch {
  tab?: string | undefined;
}

export function parseEventSearch(search: Record<string, unknown>): EventSearch {
  return {
    tab: textOf(search["tab"]),
  };
}
