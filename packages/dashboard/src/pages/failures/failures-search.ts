// What the list of failures takes from the URL.
import { listOf, textOf } from "../../data/search-params.ts";

export interface FailuresSearch {
  app?: string[] | undefined;
  function?: string[] | undefined;
  since?: string | undefined;
  /** Fingerprint of the group that is open. */
  open?: string | undefined;
}

export function parseFailuresSearch(search: Record<string, unknown>): FailuresSearch {
  return {
    app: listOf(search["app"]),
    function: listOf(search["function"]),
    since: textOf(search["since"]),
    open: textOf(search["open"]),
  };
}
