// What handlers of REST v2 work with, and how they find what a request names. Names are forgiving: a function is found by its id
// or its slug, an app by its id or its name.
import type { FunctionRef } from "@everstep/api";
import type { AppRecord, FunctionRecord, History, RunHead } from "@everstep/core";
import type { Engine } from "@everstep/engine";
import { EverstepError, type EventRecord } from "@everstep/protocol";
import type { ServerOptions } from "../server-options.ts";
import type { SyncByUrl } from "../sync/sync-by-url.ts";

export interface ApiContext {
  readonly engine: Engine;
  readonly history: History;
  readonly options: ServerOptions;
  readonly syncByUrl: SyncByUrl;
  readonly nowMs: () => number;
  readonly startedAtMs: number;
}

const NAMES_TOLD_MAX = 10;
/** The id of what a server has one of. */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

export async function getRun({ history }: ApiContext, runId: string): Promise<RunHead> {
  const run = await history.findRun(runId.toUpperCase());
  if (run !== undefined) return run;
  throw new EverstepError("run_not_found", `There is no run ${runId}: it may have been removed.`);
}

export async function getEvent({ history }: ApiContext, eventId: string): Promise<EventRecord> {
  const [event] = await history.findEvents([eventId.toUpperCase()]);
  if (event !== undefined) return event;
  throw new EverstepError(
    "event_not_found",
    `There is no event with the internal id ${eventId}: use an id that sending it answered.`,
  );
}

/** A live function by slug or id, or an archived one by its id. */
export function getFunction({ engine }: ApiContext, name: string): FunctionRecord {
  const found =
    engine.functions().find(({ config }) => config.slug === name) ?? engine.findFunction(name);
  if (found !== undefined) return found;
  const slugs = engine.functions().map(({ config }) => config.slug);
  throw new EverstepError("function_not_found", unknown("function", name, slugs));
}

export function getApp({ engine }: ApiContext, name: string): AppRecord {
  const apps = engine.apps();
  const found = apps.find((app) => app.id === name) ?? apps.find((app) => app.name === name);
  if (found !== undefined) return found;
  const names = apps.map((app) => app.name);
  throw new EverstepError("app_not_found", unknown("app", name, names));
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  const told = known.slice(0, NAMES_TOLD_MAX).join(", ");
  const more = known.length > NAMES_TOLD_MAX ? `, and ${known.length - NAMES_TOLD_MAX} more` : "";
  const wayOut =
    known.length === 0 ? "no app is synced yet" : `use the id or one of ${told}${more}`;
  return `There is no ${kind} "${name.slice(0, 100)}": ${wayOut}.`;
}

/** Of many runs, each function is looked up once. */
export function createFunctionRefs({ engine }: ApiContext): (functionId: string) => FunctionRef {
  const refs = new Map<string, FunctionRef>();
  const apps = new Map(engine.apps().map((app) => [app.id, app.name]));
  return (functionId) => {
    let ref = refs.get(functionId);
    if (ref === undefined) {
      const record = engine.findFunction(functionId);
      ref = record === undefined ? strangerRef(functionId) : toFunctionRef(record, apps);
      refs.set(functionId, ref);
    }
    return ref;
  };
}

function toFunctionRef(record: FunctionRecord, apps: ReadonlyMap<string, string>): FunctionRef {
  const { id, appId, config } = record;
  // The app of an archived function may be archived, too: its slug begins with the app's name.
  const name = apps.get(appId) ?? "";
  return { id, slug: config.slug, name: config.name, app: { id: appId, name } };
}

function strangerRef(id: string): FunctionRef {
  return { id, slug: id, name: id, app: { id: NIL_UUID, name: "" } };
}

/** Undefined: every function. @throws EverstepError function_not_found, app_not_found. */
export function functionIdsOf(
  context: ApiContext,
  asked: {
    readonly appId?: readonly string[] | undefined;
    readonly functionId?: readonly string[] | undefined;
  },
): readonly string[] | undefined {
  const ids = asked.functionId?.map((name) => getFunction(context, name).id);
  if (asked.appId === undefined) return ids;
  const apps = new Set(asked.appId.map((name) => getApp(context, name).id));
  if (ids !== undefined) {
    return ids.filter((id) => apps.has(context.engine.findFunction(id)?.appId ?? ""));
  }
  return context.engine.functions().flatMap(({ id, appId }) => (apps.has(appId) ? [id] : []));
}
