// The columns that the runs table can show, and which a person chose. Pure; kept by the page in localStorage, because columns
// are a habit of a person and not a part of what a link shows.

export const COLUMN_TITLES = {
  status: "Status",
  function: "Function",
  run: "Run",
  app: "App",
  trigger: "Trigger",
  queued: "Queued",
  started: "Started",
  ended: "Ended",
  queue: "In queue",
  duration: "Duration",
  steps: "Steps",
  error: "Error",
} as const;
export type ColumnId = keyof typeof COLUMN_TITLES;

export const COLUMN_IDS = Object.keys(COLUMN_TITLES) as readonly ColumnId[];

export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  "status",
  "function",
  "run",
  "trigger",
  "queued",
  "duration",
  "steps",
  "error",
];

/** Columns as they were saved, always in the same order. Anything else gives the default. */
export function parseColumns(saved: string | null): readonly ColumnId[] {
  if (saved === null) return DEFAULT_COLUMNS;
  const names = saved.split(",");
  const chosen = COLUMN_IDS.filter((id) => names.includes(id));
  return chosen.length === 0 ? DEFAULT_COLUMNS : chosen;
}

export function toColumnsText(columns: readonly ColumnId[]): string {
  return columns.join(",");
}
