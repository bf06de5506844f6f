// What the page of a run takes from the URL.
import type { LogLevelValue } from "@everstep/api";
import { listOf, oneOf, textOf } from "../../data/search-params.ts";

export interface RunSearch {
  /** Absent: the steps. */
  tab?: "logs" | undefined;
  /** Levels of the lines that are shown; absent: all. */
  level?: LogLevelValue[] | undefined;
  /** Id of the span whose details are open. */
  span?: string | undefined;
  /** Words of the steps to be shown. */
  find?: string | undefined;
}

export function parseRunSearch(search: Record<string, unknown>): RunSearch {
  return {
    tab: oneOf(search["tab"], ["logs"]),
    level: levelsOf(search["level"]),
    span: textOf(search["span"]),
    find: textOf(search["find"]),
  };
}

const LEVELS: readonly LogLevelValue[] = ["DEBUG", "INFO", "WARN", "ERROR"];

function levelsOf(value: unknown): LogLevelValue[] | undefined {
  const levels = (listOf(value) ?? []).flatMap((each) => oneOf(each, LEVELS) ?? []);
  return levels.length === 0 ? undefined : levels;
}
