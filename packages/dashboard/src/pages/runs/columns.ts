// The columns that the runs table can show, and which a person chose. Pure; kept by the page in localStorage, because columns
// are a habit of a person and not a part of what a link shows.

export const COLUMN_IDS = [
  "status",
  "run",
  "function",
  "app",
  "trigger",
  "queued",
  "started",
  "ended",
  "duration",
  "queue",
  "steps",
  "error",
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

export interface Column {
  readonly id: ColumnId;
  readonly title: string;
  /** A track of CSS grid. */
  readonly width: string;
  readonly alignsRight?: boolean;
}

export const COLUMNS: Readonly<Record<ColumnId, Column>> = {
  status: { id: "status", title: "Status", width: "120px" },
  run: { id: "run", title: "Run", width: "minmax(130px, 1fr)" },
  function: { id: "function", title: "Function", width: "minmax(160px, 2fr)" },
  app: { id: "app", title: "App", width: "minmax(90px, 1fr)" },
  trigger: { id: "trigger", title: "Trigger", width: "minmax(140px, 1.5fr)" },
  queued: { id: "queued", title: "Queued", width: "112px" },
  started: { id: "started", title: "Started", width: "112px" },
  ended: { id: "ended", title: "Ended", width: "112px" },
  duration: { id: "duration", title: "Duration", width: "92px", alignsRight: true },
  queue: { id: "queue", title: "In queue", width: "92px", alignsRight: true },
  steps: { id: "steps", title: "Steps", width: "68px", alignsRight: true },
  error: { id: "error", title: "Error", width: "minmax(160px, 2fr)" },
};

export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  "status",
  "function",
  "run",
  "trigger",
  "queued",
  "duration",
  "steps",
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
