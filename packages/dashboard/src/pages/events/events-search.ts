// What the list of events takes from the URL.
import { listOf, textOf } from "../../data/search-params.ts";

export interface EventsSearch {
  tab?: string | undefined;
  name?: string[] | undefined;
  internal?: string | undefined;
  query?: string | undefined;
  /** Id of the event that is open beside the list. */
  open?: string | undefined;
  /** Set: the editor for sending an event is open. */
  send?: string | undefined;
}

export function parseEventsSearch(search: Record<string, unknown>): EventsSearch {
  return {
    tab: textOf(search["tab"]),
    name: listOf(search["name"]),
    internal: textOf(search["internal"]),
    query: textOf(search["query"]),
    open: textOf(search["open"]),
    send: textOf(search["send"]),
  };
}
