// What the list of apps takes from the URL.
import { textOf } from "../../data/search-params.ts";

export interface AppsSearch {
  /** Set: the dialog for adding an app is open. */
  add?: string | undefined;
}

export function parseAppsSearch(search: Record<string, unknown>): AppsSearch {
  return {
    add: textOf(search["add"]),
  };
}
