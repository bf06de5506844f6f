// The root of every mutation. Each answers after the commit that holds its effect, and with what is then the state.
import type { AppRecord } from "@everstep/core";
import { EverstepError, type JsonText } from "@everstep/protocol";
import { appView } from "./app-view.ts";
import { legacyRunView } from "./legacy-view.ts";
import type { RequestContext } from "./request-context.ts";
import type { View } from "./view.ts";

type JsonRecord = Record<string, unknown>;

export function mutationRoot(context: RequestContext): View {
  return { ...appMutations(context), ...runMutations(context) };
}

function appMutations(context: RequestContext): View {
  return {
    createApp: (args: { input?: { url: string } | null; url?: string | null }) =>
      createApp(context, args.input?.url ?? args.url ?? ""),
    updateApp: ({ input }: { input: { id: string; url: string } }) => updateApp(context, input),
    deleteApp: async ({ id }: { id: string }) => {
      await removeApp(
        context,
        getApp(context, "id", (app) => app.id === id, id),
      );
      return id;
    },
    deleteAppByName: async ({ name }: { name: string }) => {
      await removeApp(
        context,
        getApp(context, "name", (app) => app.name === name, name),
      );
      return true;
    },
  };
}

async function createApp(context: RequestContext, url: string): Promise<View> {
  const { syncByUrl } = context.options;
  const appUrl = parseUrl(url);
  if (syncByUrl === undefined) {
    throw new EverstepError("argument_invalid", "this server cannot sync apps by their URL");
  }
  await syncByUrl(appUrl);
  context.forgetApps();
  const app = context.engine.apps().find((each) => urlKey(each.url) === urlKey(appUrl));
  if (app !== undefined) return appView(context, app);
  throw new EverstepError(
    "app_unreachable",
    `no app was registered from ${appUrl}: check that it is running and serves its functions there`,
  );
}

async function updateApp(
  context: RequestContext,
  { id, url }: { readonly id: string; readonly url: string },
): Promise<View> {
  const before = getApp(context, "id", (app) => app.id === id, id);
  await createApp(context, url);
  const after = context.findApp(id);
  if (after !== undefined && urlKey(after.url) === urlKey(parseUrl(url))) {
    return appView(context, after);
  }
  throw new EverstepError(
    "argument_invalid",
    `the app at ${url} is not "${before.name}": it was synced under its own name. An app is known by its name, so give the URL where "${before.name}" runs`,
  );
}

async function removeApp(context: RequestContext, app: AppRecord): Promise<void> {
  const { options, engine } = context;
  await (options.removeApp ?? ((url: string) => engine.removeApp(url)))(app.url);
  context.forgetApps();
}

function getApp(
  context: RequestContext,
  argument: string,
  isAsked: (app: AppRecord) => boolean,
  value: string,
): AppRecord {
  const app = context.engine.apps().find(isAsked);
  if (app !== undefined) return app;
  throw new EverstepError(
    "app_not_found",
    `there is no app with ${argument} "${value.slice(0, 100)}": the query apps lists those there are`,
  );
}

/** A host without a scheme is taken as http, as people type it. */
function parseUrl(text: string): string {
  const withScheme = text.includes("://") ? text : `http://${text}`;
  const url = text.trim() === "" ? null : URL.parse(withScheme);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw new EverstepError(
    "argument_invalid",
    `url is "${text.slice(0, 200)}": it must be like http://localhost:3000/api/inngest`,
  );
}

/** Two spellings of one address are one app. */
function urlKey(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  const host = /^(127\.0\.0\.1|0\.0\.0\.0)$/.test(url.hostname) ? "localhost" : url.hostname;
  return `${url.protocol}//${host}:${url.port}${url.pathname}`;
}

interface InvokeArguments {
  readonly functionSlug: string;
  readonly data?: JsonRecord | null;
  readonly user?: JsonRecord | null;
  readonly meta?: JsonRecord | null;
}

function runMutations(context: RequestContext): View {
  return {
    invokeFunction: (args: InvokeArguments) => invokeFunction(context, args),
    cancelRun: ({ runID }: { runID: string }) => cancelRun(context, runID),
    rerun: async (args: {
      runID: string;
      fromStep?: { stepID: string; input?: string | null } | null;
    }) => {
      await context.getRun(args.runID);
      const { fromStep } = args;
      const step =
        fromStep == null
          ? {}
          : { fromStep: { stepId: fromStep.stepID, ...parseInput(fromStep.input) } };
      const { runId } = await context.engine.rerun({ runId: args.runID, ...step });
      return runId;
    },
  };
}

async function invokeFunction(context: RequestContext, args: InvokeArguments): Promise<boolean> {
  if (args.meta != null && Object.keys(args.meta).length > 0) {
    throw new EverstepError(
      "argument_invalid",
      "meta cannot be given when a function is invoked: leave it out, or send an event that has it",
    );
  }
  await context.engine.invoke(args.functionSlug, {
    data: args.data ?? {},
    ...(args.user == null ? {} : { user: args.user }),
  });
  return true;
}

/** Cancelling twice is one cancellation; a run that ended otherwise is an error, which says how it ended. */
async function cancelRun(context: RequestContext, runId: string): Promise<View> {
  const run = await context.getRun(runId);
  if (run.status !== "cancelled") {
    try {
      await context.engine.cancelRun(runId, "cancelled through the GraphQL API");
    } catch (error) {
      const hasEnded = error instanceof EverstepError && error.code === "run_ended";
      if (!hasEnded || (await context.getRun(runId)).status !== "cancelled") throw error;
    }
  }
  return legacyRunView(context, await context.getRun(runId));
}

function parseInput(input: string | null | undefined): { inputJson?: JsonText } {
  if (input == null || input === "") return {};
  try {
    if (Array.isArray(JSON.parse(input))) return { inputJson: input };
  } catch {
    // Told below, as for every other value that is no array.
  }
  throw new EverstepError(
    "argument_invalid",
    `fromStep.input is ${input.slice(0, 80)}: it must be the JSON of an array, one item for each argument of the step`,
  );
}
