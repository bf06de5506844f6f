// The root of every query: what official tools and UIs read (server.md 3.1).
import { appView, functionView } from "./app-view.ts";
import { eventView } from "./event-view.ts";
import { eventsConnection, type EventsArguments, legacyEvents } from "./events-query.ts";
import { legacyEventView, legacyRunView, streamView, type StreamQuery } from "./legacy-view.ts";
import type { RequestContext } from "./request-context.ts";
import { runTriggerView, runView } from "./run-view.ts";
import { runsConnection, type RunsArguments } from "./runs-query.ts";
import { spanOutputView } from "./span-output.ts";
import { traceView } from "./trace-view.ts";
import type { View } from "./view.ts";

export function queryRoot(context: RequestContext): View {
  return { ...catalogQueries(context), ...eventQueries(context), ...runQueries(context) };
}

function catalogQueries(context: RequestContext): View {
  const { engine } = context;
  return {
    apps: ({ filter }: { filter?: { method?: string | null } | null }) => {
      const views = engine.apps().map((app) => appView(context, app));
      const method = filter?.method ?? undefined;
      return method === undefined ? views : views.filter((view) => view["method"] === method);
    },
    app: ({ id }: { id: string }) => {
      const app = context.findApp(id);
      return app === undefined ? null : appView(context, app);
    },
    functions: () => engine.functions().map((record) => functionView(context, record)),
    functionBySlug: ({ query }: { query: { functionSlug: string } }) => {
      const bySlug = ({ config }: { config: { slug: string } }): boolean =>
        config.slug === query.functionSlug;
      const record = engine.functions().find(bySlug);
      return record === undefined ? null : functionView(context, record);
    },
  };
}

function eventQueries(context: RequestContext): View {
  return {
    event: async ({ query }: { query: { eventId: string } }) =>
      legacyEventView(context, await context.getEvent(query.eventId, "eventId")),
    events: ({ query }: { query: { lastEventId?: string | null } }) => legacyEvents(context, query),
    eventV2: async ({ id }: { id: string }) => eventView(context, await context.getEvent(id, "id")),
    eventsV2: (args: EventsArguments) => eventsConnection(context, args),
    stream: ({ query }: { query: StreamQuery }) => streamView(context, query),
  };
}

function runQueries(context: RequestContext): View {
  return {
    functionRun: async ({ query }: { query: { functionRunId: string } }) =>
      legacyRunView(context, await context.getRun(query.functionRunId, "functionRunId")),
    run: async ({ runID }: { runID: string }) => runView(context, await context.getRun(runID)),
    runs: (args: RunsArguments) => runsConnection(context, args),
    runTrace: async ({ runID }: { runID: string }) =>
      traceView(context, await context.getRun(runID)),
    runTraceSpanOutputByID: ({ outputID }: { outputID: string }) =>
      spanOutputView(context, outputID),
    runTrigger: async ({ runID }: { runID: string }) =>
      runTriggerView(context, await context.getRun(runID)),
  };
}
