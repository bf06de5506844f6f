// What the operator's commands ask of the GraphQL read API, and the answers as values of ours. A server of another
// version may leave fields out, so each is read with care and never assumed.
import { asObject, type ApiClient } from "./api-client.ts";

export interface RunRow {
  readonly id: string;
  readonly status: string;
  readonly functionSlug: string;
  /** The event's name, or `cron <expression>`. */
  readonly trigger: string;
  readonly queuedAtMs: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

export interface Span {
  readonly name: string;
  readonly status: string;
  readonly attempts: number;
  readonly stepOp?: string;
  readonly queuedAtMs: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  readonly outputId?: string;
  /** What it waits or waited for, in words. */
  readonly detail?: string;
  readonly children: readonly Span[];
}

export interface RunDetails extends RunRow {
  readonly eventIds: readonly string[];
  readonly outputJson?: string;
  readonly root?: Span;
}

export interface SpanError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
}

const RUN_FIELDS = `id status eventName cronSchedule queuedAt startedAt endedAt function { slug }`;
const STEP_INFO = `stepInfo { __typename
  ... on SleepStepInfo { sleepUntil }
  ... on WaitForEventStepInfo { eventName timeout timedOut }
  ... on WaitForSignalStepInfo { signal timeout timedOut }
  ... on InvokeStepInfo { functionID runID timedOut } }`;
const SPAN_FIELDS = `name status attempts queuedAt startedAt endedAt outputID stepOp ${STEP_INFO}`;
/** GraphQL has no recursion; steps and their attempts are two levels below the root, the third is for later versions. */
const TRACE = `trace { ${SPAN_FIELDS} childrenSpans { ${SPAN_FIELDS} childrenSpans { ${SPAN_FIELDS} childrenSpans { ${SPAN_FIELDS} } } } }`;

const RUNS_QUERY = `query ($first: Int!, $filter: RunsFilterV2!) {
  runs(first: $first, orderBy: [{ field: QUEUED_AT, direction: DESC }], filter: $filter) { edges { node { ${RUN_FIELDS} } } } }`;
const RUN_QUERY = `query ($id: String!) { run(runID: $id) { ${RUN_FIELDS} triggerIDs output ${TRACE} } }`;
const FUNCTIONS_QUERY = `query { functions { id slug name } }`;
const ERROR_QUERY = `query ($id: String!) { runTraceSpanOutputByID(outputID: $id) { error { name message stack } } }`;

export interface RunFilter {
  readonly limit: number;
  /** Lower case; empty: every status. */
  readonly statuses: readonly string[];
  readonly functionIds?: readonly string[];
}

export async function listRuns(client: ApiClient, wanted: RunFilter): Promise<readonly RunRow[]> {
  const filter = {
    from: "1970-01-01T00:00:00.000Z",
    ...(wanted.statuses.length === 0
      ? {}
      : { status: wanted.statuses.map((status) => status.toUpperCase()) }),
    ...(wanted.functionIds === undefined ? {} : { functionIDs: wanted.functionIds }),
  };
  const data = await client.query(RUNS_QUERY, { first: wanted.limit, filter });
  return list(asObject(data["runs"])["edges"]).map((edge) =>
    toRow(asObject(asObject(edge)["node"])),
  );
}

export async function findRun(client: ApiClient, id: string): Promise<RunDetails | undefined> {
  const data = await client.query(RUN_QUERY, { id });
  const run = asObject(data["run"]);
  if (run["id"] === undefined) {
    return undefined;
  }
  const output = textOf(run["output"]);
  return {
    ...toRow(run),
    eventIds: list(run["triggerIDs"]).map(String),
    ...(output === undefined ? {} : { outputJson: output }),
    ...(run["trace"] == null ? {} : { root: toSpan(asObject(run["trace"])) }),
  };
}

export async function listFunctions(
  client: ApiClient,
): Promise<readonly { readonly id: string; readonly slug: string; readonly name: string }[]> {
  const data = await client.query(FUNCTIONS_QUERY, {});
  return list(data["functions"])
    .map(asObject)
    .map((row) => ({
      id: String(row["id"]),
      slug: String(row["slug"]),
      name: String(row["name"]),
    }));
}

export async function findSpanError(
  client: ApiClient,
  outputId: string,
): Promise<SpanError | undefined> {
  const data = await client.query(ERROR_QUERY, { id: outputId });
  const error = asObject(asObject(data["runTraceSpanOutputByID"])["error"]);
  const message = textOf(error["message"]);
  if (message === undefined) {
    return undefined;
  }
  const name = textOf(error["name"]);
  const stack = textOf(error["stack"]);
  return {
    message,
    ...(name === undefined ? {} : { name }),
    ...(stack === undefined ? {} : { stack }),
  };
}

function toRow(node: Record<string, unknown>): RunRow {
  const cron = textOf(node["cronSchedule"]);
  return {
    id: String(node["id"]),
    status: String(node["status"]).toLowerCase(),
    functionSlug: textOf(asObject(node["function"])["slug"]) ?? "-",
    trigger: cron === undefined ? (textOf(node["eventName"]) ?? "-") : `cron ${cron}`,
    ...times(node),
  };
}

function toSpan(node: Record<string, unknown>): Span {
  const stepOp = textOf(node["stepOp"]);
  const outputId = textOf(node["outputID"]);
  const detail = detailOf(asObject(node["stepInfo"]));
  return {
    name: String(node["name"]),
    status: String(node["status"]).toLowerCase(),
    attempts: Number(node["attempts"] ?? 0),
    ...(stepOp === undefined ? {} : { stepOp }),
    ...(outputId === undefined ? {} : { outputId }),
    ...(detail === undefined ? {} : { detail }),
    ...times(node),
    children: list(node["childrenSpans"]).map((child) => toSpan(asObject(child))),
  };
}

function detailOf(info: Record<string, unknown>): string | undefined {
  const timedOut = info["timedOut"] === true ? ", timed out" : "";
  switch (info["__typename"]) {
    case "SleepStepInfo":
      return `sleeps until ${String(info["sleepUntil"])}`;
    case "WaitForEventStepInfo":
      return `waits for ${String(info["eventName"])}${timedOut}`;
    case "WaitForSignalStepInfo":
      return `waits for signal ${String(info["signal"])}${timedOut}`;
    case "InvokeStepInfo":
      return `invokes ${String(info["functionID"])}${timedOut}`;
    default:
      return undefined;
  }
}

function times(node: Record<string, unknown>): {
  queuedAtMs: number;
  startedAtMs?: number;
  endedAtMs?: number;
} {
  const startedAt = textOf(node["startedAt"]);
  const endedAt = textOf(node["endedAt"]);
  return {
    queuedAtMs: Date.parse(String(node["queuedAt"])),
    ...(startedAt === undefined ? {} : { startedAtMs: Date.parse(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAtMs: Date.parse(endedAt) }),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
