// What the list of runs asks first. Apart from the page, so that the router can ask while the page's code is still on its way.
import { readPages } from "../../data/queries.ts";
import { toRunFilter } from "./runs-filter.ts";
import type { RunsSearch } from "./runs-search.ts";

const PAGE_ROWS = 100;
const ROUND_MS = 60_000;

/** The present in whole minutes: a filter of the last hour is the same query for a minute, and then moves on. */
export function roundedNowMs(): number {
  return Math.floor(Date.now() / ROUND_MS) * ROUND_MS;
}

/** @param nowMs Rounded. */
export function runsQuery(search: RunsSearch, nowMs: number) {
  const query = { ...toRunFilter(search, nowMs), order: search.order, limit: PAGE_ROWS };
  return readPages("/runs", { query });
}
