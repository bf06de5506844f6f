// From the state in the URL to what the API is asked: the list's query, and the filter of counts and bulk actions, which are
// the same, so that a count is of the rows that are shown. Pure.
import type { RunFilterInput } from "@everstep/api";
import { EMPTY_SEARCH, LAST_MS, type RunsSearch, type TimeRange } from "./runs-search.ts";

/** @param nowMs Rounded by the caller, so that a filter of the last hour stays the same for some seconds. */
export function toRunFilter(search: RunsSearch, nowMs: number): RunFilterInput {
  const some = <Value>(list: readonly Value[]): Value[] | undefined =>
    list.length === 0 ? undefined : [...list];
  const filter: RunFilterInput = {
    status: some(search.status),
    functionId: some(search.fn),
    appId: some(search.app),
    eventName: some(search.event),
    query: search.query === "" ? undefined : search.query,
    timeField: search.time === "QUEUED_AT" ? undefined : search.time,
    ...boundsOf(search.range, nowMs),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function boundsOf(range: TimeRange, nowMs: number): Pick<RunFilterInput, "from" | "until"> {
  switch (range.kind) {
    case "all":
      return {};
    case "last":
      return { from: new Date(nowMs - LAST_MS[range.name]).toISOString() };
    case "between":
      return { from: range.from, until: range.until };
  }
}

/** How many of the filters are set: what the button that clears them counts. */
export function countFilters(search: RunsSearch): number {
  const lists = [search.status, search.fn, search.app, search.event];
  const set = lists.filter((list) => list.length > 0).length;
  return set + (search.range.kind === "all" ? 0 : 1) + (search.query === "" ? 0 : 1);
}

/** Without filters; the order stays as it was chosen. */
export function clearFilters(search: RunsSearch): RunsSearch {
  return { ...EMPTY_SEARCH, order: search.order };
}

/** In what is chosen if it was not, else out of it. */
export function toggled<Value>(list: readonly Value[], value: Value): readonly Value[] {
  return list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
}
