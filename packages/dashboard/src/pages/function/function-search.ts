// What the page of a function takes from the URL.
import { oneOf, textOf } from "../../data/search-params.ts";
import { spanOf, type SpanName } from "../../data/time-span.ts";

export const FUNCTION_TABS = ["overview", "runs", "limits", "configuration", "changes"] as const;

export interface FunctionSearch {
  tab?: (typeof FUNCTION_TABS)[number] | undefined;
  since?: SpanName | undefined;
  /** Set: the dialog for invoking it is open. */
  invoke?: string | undefined;
}

export function parseFunctionSearch(search: Record<string, unknown>): FunctionSearch {
  return {
    tab: oneOf(search["tab"], FUNCTION_TABS),
    since: spanOf(search["since"]),
    invoke: textOf(search["invoke"]),
  };
}
