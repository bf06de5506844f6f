// Query.runs: translates its filter and order into what the history can be asked, and searches in what comes back.
import {
  compileSearch,
  type RunFilter,
  type RunHead,
  type RunStatus,
  type RunTimeField,
  type Search,
} from "@everstep/core";
import { EverstepError, eventToWireJson } from "@everstep/protocol";
import { connectionView, type ListSource } from "./connection.ts";
import { decodeCursor, encodeCursor, pageSize } from "./page-arguments.ts";
import type { RequestContext } from "./request-context.ts";
import { runOutput } from "./run-output.ts";
import { runView } from "./run-view.ts";
import type { View } from "./view.ts";

type TimeField = "QUEUED_AT" | "STARTED_AT" | "ENDED_AT";

export interface RunsArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly orderBy?:
    | readonly { readonly field: TimeField; readonly direction: "ASC" | "DESC" }[]
    | null;
  readonly filter: {
    readonly from: number;
    readonly until?: number | null;
    readonly timeField?: TimeField | null;
    readonly status?: readonly string[] | null;
    readonly functionIDs?: readonly string[] | null;
    readonly appIDs?: readonly string[] | null;
    readonly isDeferred?: boolean | null;
    readonly query?: string | null;
  };
}

const TIME_FIELDS: Readonly<Record<TimeField, RunTimeField>> = {
  QUEUED_AT: "createdAtMs",
  STARTED_AT: "startedAtMs",
  ENDED_AT: "endedAtMs",
};

/** @throws EverstepError argument_invalid, expression_invalid. */
export function runsConnection(context: RequestContext, args: RunsArguments): View {
  const page = { first: pageSize(args.first), after: args.after ?? undefined };
  return connectionView(runSource(context, args), page, (run) => {
    context.spend(1);
    return runView(context, run);
  });
}

function runSource(context: RequestContext, args: RunsArguments): ListSource<RunHead> {
  const { field, direction } = orderOf(args);
  const asked = toRunFilter(context, args);
  const sortField = TIME_FIELDS[field];
  // The history sorts by the field that it filters by; the bounds on another field are then checked here.
  const isOther = sortField !== asked.timeField;
  const filter: RunFilter = isOther ? withoutBounds(asked, sortField) : asked;
  const query = args.filter.query ?? "";
  const search = query.trim() === "" ? undefined : compileSearch(query, context.options.nowMs());
  const nothing = filter.statuses?.length === 0 || filter.functionIds?.length === 0;
  const name = field.toLowerCase();

  const cursorOf = (run: RunHead): string =>
    encodeCursor({ id: run.id, field: { name, value: run[sortField] ?? 0 } });
  const keep = async (runs: readonly RunHead[]): Promise<readonly RunHead[]> => {
    const inBounds = isOther ? runs.filter((run) => isWithin(run, asked)) : runs;
    return search === undefined ? inBounds : searchRuns(context, search, inBounds);
  };
  return {
    cursorOf,
    count: async () => (nothing ? 0 : context.history.countRuns(filter)),
    read: async (cursor, limit) => {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, name);
      if (nothing || args.filter.isDeferred === true) return [];
      const order = direction === "ASC" ? "asc" : "desc";
      const start =
        after === undefined ? {} : { after: { timeMs: after.field?.value ?? 0, id: after.id } };
      return context.history.listRuns({ filter, order, limit, ...start });
    },
    ...(isOther || search !== undefined ? { keep } : {}),
  };
}

function orderOf(args: RunsArguments): { field: TimeField; direction: "ASC" | "DESC" } {
  const [first, second] = args.orderBy ?? [];
  if (second !== undefined) {
    throw new EverstepError(
      "argument_invalid",
      "orderBy takes one field: runs of one instant are then in the order of their ids",
    );
  }
  return first ?? { field: "QUEUED_AT", direction: "DESC" };
}

function toRunFilter(context: RequestContext, { filter }: RunsArguments): RunFilter {
  const { from, until, timeField, status } = filter;
  const statuses = status?.map((each) => each.toLowerCase()) as RunStatus[] | undefined;
  const functionIds = functionIdsOf(context, filter);
  return {
    timeField: TIME_FIELDS[timeField ?? "QUEUED_AT"],
    fromMs: Math.floor(from),
    ...(until == null ? {} : { untilMs: Math.ceil(until) }),
    ...(statuses === undefined || statuses.length === 0 ? {} : { statuses }),
    ...(functionIds === undefined ? {} : { functionIds }),
  };
}

/** Undefined: every function. */
function functionIdsOf(
  context: RequestContext,
  { functionIDs, appIDs }: RunsArguments["filter"],
): readonly string[] | undefined {
  const asked = functionIDs == null || functionIDs.length === 0 ? undefined : functionIDs;
  if (appIDs == null || appIDs.length === 0) return asked;
  const apps = new Set(appIDs);
  if (asked !== undefined) {
    return asked.filter((id) => apps.has(context.findFunction(id)?.appId ?? ""));
  }
  return context.engine.functions().flatMap((each) => (apps.has(each.appId) ? [each.id] : []));
}

function withoutBounds(filter: RunFilter, timeField: RunTimeField): RunFilter {
  const { statuses, functionIds } = filter;
  return {
    timeField,
    // Leaves out the runs that have no such time, as a bound does.
    fromMs: 0,
    ...(statuses === undefined ? {} : { statuses }),
    ...(functionIds === undefined ? {} : { functionIds }),
  };
}

function isWithin(run: RunHead, { timeField, fromMs = 0, untilMs = Infinity }: RunFilter): boolean {
  const atMs = run[timeField];
  return atMs !== undefined && atMs >= fromMs && atMs < untilMs;
}

async function searchRuns(
  context: RequestContext,
  search: Search,
  runs: readonly RunHead[],
): Promise<readonly RunHead[]> {
  const events = new Map<string, unknown>();
  if (search.readsEvent) {
    const ids = new Set(runs.flatMap((run) => run.eventIds[0] ?? []));
    for (const event of await context.history.findEvents([...ids])) {
      events.set(event.internalId, JSON.parse(eventToWireJson(event)));
    }
  }
  return runs.filter((run) => {
    const output = run.status === "completed" ? runOutput(run) : undefined;
    return search.matches({
      event: events.get(run.eventIds[0] ?? ""),
      output: output === undefined ? null : JSON.parse(output),
      error: run.error ?? null,
    });
  });
}
