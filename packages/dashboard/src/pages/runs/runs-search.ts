// The state of the runs page in its URL: filters, order, columns. Pure. Invariants: whatever stands in the URL gives a valid
// state (what is not understood is left out), and writing a state and reading it again gives the same state.
import type { RunStatusValue } from "@everstep/api";

export type TimeField = "QUEUED_AT" | "STARTED_AT" | "ENDED_AT";

export interface RunsSearch {
  readonly status: readonly RunStatusValue[];
  /** Function slugs. */
  readonly fn: readonly string[];
  /** App names. */
  readonly app: readonly string[];
  readonly event: readonly string[];
  readonly time: TimeField;
  readonly range: TimeRange;
  /** A CEL expression; "": none. */
  readonly query: string;
  readonly order: "ASC" | "DESC";
}

/** The last so many milliseconds by a name, or two moments (RFC 3339; an open end is absent), or all there is. */
export type TimeRange =
  | { readonly kind: "all" }
  | { readonly kind: "last"; readonly name: LastName }
  | { readonly kind: "between"; readonly from?: string; readonly until?: string };

const HOUR_MS = 3_600_000;
export const LAST_MS = {
  "15m": HOUR_MS / 4,
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
} as const;
export type LastName = keyof typeof LAST_MS;

export const RUN_STATUSES: readonly RunStatusValue[] = [
  "QUEUED",
  "RUNNING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "SKIPPED",
];

const TIME_FIELDS: Readonly<Record<string, TimeField>> = {
  queued: "QUEUED_AT",
  started: "STARTED_AT",
  ended: "ENDED_AT",
};

export const EMPTY_SEARCH: RunsSearch = {
  status: [],
  fn: [],
  app: [],
  event: [],
  time: "QUEUED_AT",
  range: { kind: "all" },
  query: "",
  order: "DESC",
};

/** What stands behind the `?`: only what differs from the empty search, so that a plain list has a plain address. */
export interface RunsUrl {
  readonly status?: readonly string[];
  readonly fn?: readonly string[];
  readonly app?: readonly string[];
  readonly event?: readonly string[];
  readonly time?: string;
  readonly last?: string;
  readonly from?: string;
  readonly until?: string;
  readonly q?: string;
  readonly order?: string;
}

/** @param raw What the router read; any value may be anything. */
export function parseRunsUrl(raw: Readonly<Record<string, unknown>>): RunsSearch {
  const status = new Set(listOf(raw["status"]).map((each) => each.toUpperCase()));
  return {
    status: RUN_STATUSES.filter((each) => status.has(each)),
    fn: listOf(raw["fn"]),
    app: listOf(raw["app"]),
    event: listOf(raw["event"]),
    time: TIME_FIELDS[textOf(raw["time"])] ?? "QUEUED_AT",
    range: parseRange(raw),
    query: textOf(raw["q"]).trim(),
    order: textOf(raw["order"]) === "asc" ? "ASC" : "DESC",
  };
}

export function toRunsUrl(search: RunsSearch): RunsUrl {
  const { range } = search;
  const time = Object.entries(TIME_FIELDS).find(([, field]) => field === search.time)?.[0];
  return withoutUndefined({
    status: some(search.status.map((each) => each.toLowerCase())),
    fn: some(search.fn),
    app: some(search.app),
    event: some(search.event),
    time: search.time === "QUEUED_AT" ? undefined : time,
    last: range.kind === "last" ? range.name : undefined,
    from: range.kind === "between" ? range.from : undefined,
    until: range.kind === "between" ? range.until : undefined,
    q: search.query === "" ? undefined : search.query,
    order: search.order === "ASC" ? "asc" : undefined,
  });
}

function parseRange(raw: Readonly<Record<string, unknown>>): TimeRange {
  const last = textOf(raw["last"]);
  if (Object.hasOwn(LAST_MS, last)) return { kind: "last", name: last as LastName };
  const [from, until] = [momentOf(raw["from"]), momentOf(raw["until"])];
  if (from === undefined && until === undefined) return { kind: "all" };
  return { kind: "between", ...withoutUndefined({ from, until }) };
}

/** Any time that browsers understand, as RFC 3339. */
function momentOf(value: unknown): string | undefined {
  const text = textOf(value);
  const ms = /^\d{10,15}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function listOf(value: unknown): readonly string[] {
  const texts = (Array.isArray(value) ? value : [value]).map(textOf);
  return [...new Set(texts.filter((text) => text !== ""))];
}

function some(names: readonly string[]): readonly string[] | undefined {
  return names.length === 0 ? undefined : names;
}

/** Routers read `q=5` as a number. */
function textOf(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? value : "";
}

function withoutUndefined<Part extends object>(
  part: Part,
): { [Key in keyof Part]?: Exclude<Part[Key], undefined> } {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Part]?: Exclude<Part[Key], undefined>;
  };
}
