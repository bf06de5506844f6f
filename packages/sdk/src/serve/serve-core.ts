// Answers what engines ask of an app over HTTP: GET introspection, PUT sync, POST call (protocol.md 1.2-1.5, 2.4, 3.1-3.3).
// Invariants: in cloud mode nothing runs without a valid signature and nothing works without a key; what an unauthenticated
// caller gets holds neither environment nor identity. Frameworks are in adapters/, running a function is in execution/.
import { executeCall } from "../execution/execute.ts";
import { ParkedRuns } from "../execution/parked-runs.ts";
import { openAutoSync, type AutoSync } from "./auto-sync.ts";
import { createEngineApi } from "./engine-api.ts";
import type { Environment } from "./environment.ts";
import { executeRequest, type ExecuteCall, type Executor } from "./execute-request.ts";
import type { ClientDefinition } from "../functions/definition.ts";
import { findPlatformKeepAlive } from "./keep-alive.ts";
import { inferAppUrl, withServeSettings } from "./app-url.ts";
import { describeToAnyone, describeToEngine, type IntrospectionFacts } from "./introspection.ts";
import {
  brokenReply,
  createHeaderWriter,
  internalReply,
  jsonReply,
  methodNotAllowed,
  missingKeyReply,
  unauthorizedReply,
  type HeaderWriter,
  type TextReply,
} from "./replies.ts";
import type { AdapterFacts, ServeOptions } from "./serve-options.ts";
import {
  toResponse,
  toServeRequest,
  type ServeCore,
  type ServeReply,
  type ServeRequest,
} from "./serve-request.ts";
import { createSettingsReader, type ServeSettings } from "./serve-settings.ts";
import { collectFunctions, type ServedFunctions } from "./served-functions.ts";
import { signBody, verifySignature, type SignatureCheck } from "./signature.ts";
import { streamReply } from "./streamed-reply.ts";
import {
  describeApp,
  describeInBand,
  IN_BAND,
  OUT_OF_BAND,
  readInBandUrl,
  registerApp,
  SYNC_KIND_HEADER,
  type AppDescription,
} from "./sync.ts";

/** @param args What the framework called the handler with; by default the request alone. */
export type WebHandler = (
  request: Request,
  args?: readonly unknown[],
  environment?: Environment,
) => Promise<Response>;

/** One request on its way to a reply. */
interface Exchange {
  readonly request: ServeRequest;
  readonly settings: ServeSettings;
  readonly query: URLSearchParams;
  readonly headers: HeaderWriter;
  readonly body: unknown;
  /** Undefined in dev mode, where nobody signs. */
  readonly signature: SignatureCheck | undefined;
}

interface Served extends Executor {
  readonly options: ServeOptions;
  readonly facts: AdapterFacts;
  readonly functions: ServedFunctions;
  readonly autoSync: AutoSync;
}

/**
 * The core over plain data, for frameworks that have no web Request.
 * @throws Error for options that cannot work: duplicate ids, streaming where there is none.
 */
export function createServeCore(
  options: ServeOptions,
  facts: AdapterFacts,
  execute: ExecuteCall = executeCall,
): ServeCore {
  requireOptions(options);
  const readSettings = createSettingsReader(options, facts);
  const functions = collectFunctions(options, options.id ?? options.client.id);
  const autoSync = openAutoSync({ options, facts, functions });
  const parkedRuns = new ParkedRuns();
  const served: Served = { options, facts, functions, execute, autoSync, parkedRuns };
  if (options.serveOrigin !== undefined) autoSync.atStart(readSettings(undefined));
  return async (request) => {
    try {
      const settings = readSettings(request.environment);
      return await answer(served, request, settings);
    } catch (error) {
      options.client.logger.error(error);
      return brokenReply(error);
    }
  };
}

/** The core for frameworks that speak web Request and Response. */
export function createServeHandler(
  options: ServeOptions,
  facts: AdapterFacts,
  execute: ExecuteCall = executeCall,
): WebHandler {
  return toWebHandler(createServeCore(options, facts, execute));
}

export function toWebHandler(core: ServeCore): WebHandler {
  return async (request, args = [request], environment) =>
    toResponse(await core(toServeRequest(request, args, environment)));
}

async function answer(
  served: Served,
  request: ServeRequest,
  settings: ServeSettings,
): Promise<ServeReply> {
  const { method } = request;
  if (method !== "GET" && method !== "PUT" && method !== "POST") return methodNotAllowed();
  const { logger } = settings;
  const keys = [settings.signingKey, settings.signingKeyFallback].filter(
    (key) => key !== undefined,
  );
  const isCloud = settings.mode === "cloud";
  if (isCloud && keys.length === 0) {
    const reply = missingKeyReply();
    logger.error(reply.message);
    return reply;
  }
  const body = method === "GET" ? "" : await request.body();
  const signature = isCloud
    ? verifySignature({
        keys,
        body,
        header: request.header("x-inngest-signature"),
        nowMs: Date.now(),
      })
    : undefined;
  const exchange: Exchange = {
    request,
    settings,
    query: queryOf(request.url),
    headers: createHeaderWriter(request, settings, served.facts.frameworkName),
    body,
    signature,
  };
  if (!isAllowed(exchange)) {
    const problem = signature?.ok === false ? signature.problem : "missing";
    logger.error(
      `Refused a ${method} request whose signature is ${problem}: the engine and this app must have the same signing key, and their clocks must agree within five minutes.`,
    );
    return unauthorizedReply();
  }
  served.autoSync.onRequest(request, settings);
  if (method === "POST") return answerCall(served, exchange);
  return signed(
    exchange,
    method === "GET" ? introspect(served, exchange) : await sync(served, exchange),
  );
}

/** Parsing whole URLs is not free, and most requests need the query alone. */
function queryOf(url: string): URLSearchParams {
  const [whole = ""] = url.split("#");
  const start = whole.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : whole.slice(start));
}

/** Who may ask for what. Out-of-band syncs change nothing that the app would not tell the engine anyway. */
function isAllowed({ request, settings, signature }: Exchange): boolean {
  if (signature === undefined || signature.ok) return true;
  const isOpen = settings.isUnsignedSyncAllowed && request.method === "PUT";
  return isOpen && !isInBand(request, settings);
}

function isInBand(request: ServeRequest, settings: ServeSettings): boolean {
  return settings.isInBandAllowed && request.header(SYNC_KIND_HEADER) === IN_BAND;
}

function introspect(served: Served, { settings, headers, signature }: Exchange): TextReply {
  const facts = introspectionFacts(served, settings);
  const body = signature?.ok === true ? describeToEngine(facts) : describeToAnyone(facts);
  return jsonReply(200, body, headers.finish());
}

async function sync(served: Served, exchange: Exchange): Promise<TextReply> {
  const { request, settings, headers, query } = exchange;
  const describe = (url: URL): AppDescription => describeApp(served, settings, url);
  if (isInBand(request, settings)) {
    let url: URL;
    try {
      url = withServeSettings(readInBandUrl(exchange.body), settings);
    } catch (error) {
      const body = { code: "invalid_request", message: (error as Error).message };
      return jsonReply(400, body, headers.finish({ [SYNC_KIND_HEADER]: IN_BAND }));
    }
    const inspection = describeToEngine(introspectionFacts(served, settings));
    const body = describeInBand(describe(url), inspection);
    return jsonReply(200, body, headers.finish({ [SYNC_KIND_HEADER]: IN_BAND }));
  }
  const isTrusted = exchange.signature === undefined || exchange.signature.ok;
  const outcome = await registerApp(describe(inferAppUrl(request, settings, isTrusted)), {
    api: createEngineApi(settings),
    deployId: query.get("deployId") ?? undefined,
    headers: headers.common,
  });
  if (outcome.status >= 400) settings.logger.error(`The sync failed: ${outcome.message}`);
  return jsonReply(
    outcome.status,
    { message: outcome.message, modified: outcome.modified },
    headers.finish({ [SYNC_KIND_HEADER]: OUT_OF_BAND }),
  );
}

async function answerCall(served: Served, exchange: Exchange): Promise<ServeReply> {
  const { settings, query, headers, body } = exchange;
  const probe = query.get("probe");
  if (probe !== null && probe !== "") return signed(exchange, answerProbe(probe, headers));
  if (isEmpty(body)) {
    settings.logger.error(
      "A call came without a body: if something parses bodies before serve(), it must keep what it parsed (Express: app.use(express.json()) before the route).",
    );
    return unauthorizedReply();
  }
  const run = async (): Promise<TextReply> => signed(exchange, await runCall(served, exchange));
  if (!settings.isStreaming) return run();
  // What goes wrong before the function runs shows in the stream, as the status of the inner reply.
  return streamReply(run(), headers.finish());
}

/** Never throws: what goes wrong is a reply with status 500. */
async function runCall(served: Served, exchange: Exchange): Promise<TextReply> {
  const { request, settings, query, headers, body } = exchange;
  const { logger } = settings;
  const startedAtMs = Date.now();
  try {
    const id = query.get("fnId") ?? "";
    const entry = served.functions.entries.get(id);
    if (entry === undefined) throw new Error(unknownFunction(id, settings.appId));
    const api = createEngineApi(settings);
    const context = { request, query, entry, api, settings, startedAtMs };
    const output = await executeRequest(served, body, context);
    keepSending(request, entry.definition.client);
    return {
      status: output.status,
      headers: headers.finish(output.headers),
      body: output.body,
    };
  } catch (error) {
    logger.error(error);
    return internalReply(error, headers.finish());
  }
}

/** Events that the function sent without awaiting must go out although some platforms stop the code with the reply. */
function keepSending(request: ServeRequest, client: ClientDefinition): void {
  const keepAlive = request.keepAlive ?? findPlatformKeepAlive();
  if (keepAlive === undefined || client.flush === undefined) return;
  keepAlive(client.flush());
}

function unknownFunction(id: string, appId: string): string {
  return id === ""
    ? "The call names no function: its URL has no fnId. Sync the app again."
    : `The function "${id}" is not served by the app "${appId}": pass it to serve(), or sync the app again if it was removed or renamed.`;
}

function answerProbe(probe: string, headers: HeaderWriter): TextReply {
  return probe === "trust"
    ? { status: 200, headers: headers.finish(), body: "" }
    : jsonReply(400, { message: `Unknown probe "${probe}"` }, headers.finish());
}

/** An answer is signed with the key that the question was signed with. */
function signed(exchange: Exchange, reply: TextReply): TextReply {
  const { signature } = exchange;
  if (signature?.ok !== true) return reply;
  const value = signBody({ key: signature.key, body: reply.body, atMs: Date.now() });
  return { ...reply, headers: { ...reply.headers, "x-inngest-signature": value } };
}

function introspectionFacts(served: Served, settings: ServeSettings): IntrospectionFacts {
  const { client } = served.options;
  return {
    settings,
    frameworkName: served.facts.frameworkName,
    functionCount: served.functions.entries.size,
    eventKey: client.eventKey,
    eventBaseUrl: client.eventBaseUrl,
  };
}

/** Some body parsers give `{}` when there was nothing. */
function isEmpty(body: unknown): boolean {
  if (body === undefined || body === null || body === "") return true;
  return typeof body === "object" && Object.keys(body).length === 0;
}

function requireOptions(options: ServeOptions): void {
  if (options?.client === undefined || !Array.isArray(options.functions)) {
    throw new Error(
      "serve: pass one object with client and functions: serve({ client, functions: [...] }).",
    );
  }
}
