// What the page of a function takes from the URL.
import { textOf } from "../../data/search-params.ts";

export interface FunctionSearch {
  tab?: string | undefined;
  since?: string | undefined;
}

export function parseFunctionSearch(search: Record<string, unknown>): FunctionSearch {
  return {
    tab: textOf(search["tab"]),
    since: textOf(search["since"]),
  };
}
