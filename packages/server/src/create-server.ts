// The HTTP server: its life and the way of a request. Hot routes (events, checkpoints) are served on node:http
// itself, everything else by the Hono app. Invariant: every answer names the server's kind, also refusals.
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { EverstepError } from "@everstep/protocol";
import { createUnknownPage } from "./dashboard/dashboard-routes.ts";
import { createApp } from "./http/app.ts";
import { logError, toErrorBody } from "./http/error-reply.ts";
import { createEventKeyGuard } from "./http/event-key-guard.ts";
import { answerPreflight, setCommonHeaders } from "./http/response-headers.ts";
import { sendError, sendJson } from "./http/raw-reply.ts";
import { createListeners } from "./http/listeners.ts";
import { createRequestGuard } from "./http/request-guard.ts";
import { createSigningKeyGuard } from "./http/signing-key-guard.ts";
import type { RestV2 } from "./rest-v2/create-rest-v2.ts";
import { isV2, toV2Errors } from "./rest-v2/errors.ts";
import { createRoutes } from "./routes/create-routes.ts";
import { createCheckpoint } from "./routes/checkpoint.ts";
import type { GraphqlRoute } from "./routes/graphql.ts";
import { createSendEvents } from "./routes/send-events.ts";
import type { ServerOptions } from "./server-options.ts";
import { createAppWatcher } from "./sync/app-watcher.ts";
import { createSyncByUrl, type SyncByUrl } from "./sync/sync-by-url.ts";

/** A key that is missing reaches the handler as "", which says so. */
const EVENT_PATH = /^\/e(?:\/([^/]*))?$/;
const CHECKPOINT_PATH = /^\/v1\/(?:checkpoint|http\/runs)\/([^/]+)\/async$/;

export interface Server {
  /** Starts to listen and to look after apps. @throws Error with `code` (EADDRINUSE, …) as node:net gives it. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes no new connection, lets requests end for up to `graceMs`, then cuts the rest. Idempotent. */
  close(options: { readonly graceMs: number }): Promise<void>;
  /** Asks the app behind a URL to sync; a failure is recorded on the app and returned, not thrown. */
  readonly syncByUrl: SyncByUrl;
}

export function createServer(options: ServerOptions): Server {
  const { serverKind, clock, host } = options;
  const syncByUrl = createSyncByUrl(options);
  const watcher = createAppWatcher({ ...options, syncByUrl });
  const graphql = historyApi(options, syncByUrl);
  const restV2 = restApi(options, syncByUrl);
  const handle = createRequestHandler({
    ...options,
    graphql,
    restV2: (context) => restV2.handle(context),
  });
  const listeners = createListeners({ serverKind, clock, handle });
  let closing: Promise<void> | undefined;
  return {
    syncByUrl,
    async listen() {
      const port = await listeners.listen(host, options.port);
      watcher.start(port);
      return { url: `http://${urlHost(host)}:${port}`, port };
    },
    close({ graceMs }) {
      watcher.stop();
      restV2.close();
      closing ??= listeners.close(graceMs);
      return closing;
    },
  };
}

/** The run-history API, with what it needs of the server. Loaded by its first request: GraphQL is 19 MB and 130 ms. */
function historyApi(options: ServerOptions, syncByUrl: SyncByUrl): GraphqlRoute {
  const { engine, history, clock, log } = options;
  let route: Promise<GraphqlRoute> | undefined;
  const load = async (): Promise<GraphqlRoute> => {
    const { createGraphqlRoute } = await import("./graphql/create-graphql-handler.ts");
    return createGraphqlRoute({
      engine,
      history,
      nowMs: () => clock.nowMs(),
      syncByUrl: async (url) => {
        const result = await syncByUrl(url);
        if (!result.ok) throw new EverstepError("app_unreachable", result.message);
      },
      onInternalError: (error, path) => logError(error, log, `POST /v0/gql (${path})`),
    });
  };
  return async (request) => {
    route ??= load();
    return (await route)(request);
  };
}

/** REST v2. Loaded by its first request: its schemas are 60 ms that no other request needs. */
function restApi(options: ServerOptions, syncByUrl: SyncByUrl): RestV2 {
  const startedAtMs = options.clock.nowMs();
  let loading: Promise<RestV2> | undefined;
  let isClosed = false;
  const load = async (): Promise<RestV2> => {
    const { createRestV2 } = await import("./rest-v2/create-rest-v2.ts");
    return createRestV2({ options, syncByUrl, startedAtMs });
  };
  return {
    async handle(context) {
      if (isClosed) throw new EverstepError("shutting_down", "The server is closing.");
      loading ??= load();
      return (await loading).handle(context);
    },
    close() {
      isClosed = true;
      void loading?.then((api) => api.close());
    },
  };
}

function createRequestHandler(
  options: ServerOptions & { readonly graphql: GraphqlRoute; readonly restV2: RestV2["handle"] },
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const { log, serverKind } = options;
  const checkSigningKey = createSigningKeyGuard(serverKind, options.signingKeys);
  const checkEventKey = createEventKeyGuard(serverKind, options.eventKeys);
  const guard = createRequestGuard({ allowedHosts: [], ...options });
  const sendEvents = createSendEvents({ ...options, checkEventKey });
  const checkpoint = createCheckpoint({ ...options, checkSigningKey });
  const unknownPage = createUnknownPage();
  const app = createApp({ routes: createRoutes(options), checkSigningKey, log, unknownPage });
  const answerByApp = getRequestListener(app.fetch, { overrideGlobalObjects: false });

  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const path = pathOf(incoming.url ?? "/");
    if (incoming.method === "POST") {
      const event = EVENT_PATH.exec(path);
      if (event !== null) return sendEvents(incoming, outgoing, decode(event[1] ?? ""));
      const runId = CHECKPOINT_PATH.exec(path)?.[1];
      if (runId !== undefined) return checkpoint(incoming, outgoing, decode(runId));
    }
    return answerByApp(incoming, outgoing);
  };

  return (incoming, outgoing) => {
    const verdict = guard(incoming);
    setCommonHeaders(outgoing, serverKind, verdict);
    if (verdict.refusal !== undefined) {
      refuse(outgoing, incoming, verdict.refusal);
      return;
    }
    if (verdict.corsOrigin !== undefined && incoming.method === "OPTIONS") {
      answerPreflight(incoming, outgoing);
      return;
    }
    answer(incoming, outgoing).catch((error: unknown) => {
      sendError(
        outgoing,
        toErrorBody(error, log, `${incoming.method} ${pathOf(incoming.url ?? "")}`),
      );
    });
  };
}

function refuse(outgoing: ServerResponse, incoming: IncomingMessage, refusal: string): void {
  const body = { error: refusal, status: 403, code: "origin_rejected" };
  if (isV2(pathOf(incoming.url ?? "/"))) sendJson(outgoing, 403, JSON.stringify(toV2Errors(body)));
  else sendError(outgoing, body);
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** Text that is not validly encoded is taken as it is; it will match nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
