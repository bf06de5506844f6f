// What the list of functions takes from the URL.
import { listOf, textOf } from "../../data/search-params.ts";
import { spanOf, type SpanName } from "../../data/time-span.ts";

export interface FunctionsSearch {
  app?: string[] | undefined;
  search?: string | undefined;
  /** Which time the statistics are of. */
  since?: SpanName | undefined;
}

export function parseFunctionsSearch(search: Record<string, unknown>): FunctionsSearch {
  return {
    app: listOf(search["app"]),
    search: textOf(search["search"]),
    since: spanOf(search["since"]),
  };
}
