// Asks the app behind a URL to sync (protocol.md 1.1, 1.2): a signed PUT that first asks for the configuration in the answer
// itself (in band) and, when the app does not do that, for a registration by the app. A failure is kept on the app and
// logged once; the same failure again changes nothing, so polling does not fill disk and log.
import type { Clock, Engine, InboundResponse, Log, Transport } from "@everstep/engine";
import {
  canonicalJson,
  EverstepError,
  HEADERS,
  LIMITS,
  normalizeAppUrl,
  parseInBandResponse,
  signBody,
  verifySignature,
  type ServerKind,
} from "@everstep/protocol";
import { syncApp } from "./sync-app.ts";
import {
  findAnswerFailure,
  toSyncFailureCode,
  toTransportFailure,
  type SyncFailure,
} from "./sync-failure.ts";

export type SyncResult = { readonly ok: true } | ({ readonly ok: false } & SyncFailure);

/**
 * Syncs the app behind a URL; never throws for what the app does.
 * @param options.create Keep a failure also when no app has this URL yet. Default true.
 */
export type SyncByUrl = (
  url: string,
  options?: { readonly create?: boolean },
) => Promise<SyncResult>;

export interface SyncByUrlOptions {
  readonly engine: Engine;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly serverKind: ServerKind;
  /** The first signs; the others are tried when the app refuses it, so that keys can be rotated. */
  readonly signingKeys: readonly string[];
}

const PING_TIMEOUT_MS = 10_000;
const IN_BAND = "in_band";
const OUT_OF_BAND = "out_of_band";

export function createSyncByUrl(options: SyncByUrlOptions): SyncByUrl {
  const reported = new Map<string, string>();
  const sync = async (givenUrl: string, create: boolean): Promise<SyncResult> => {
    const url = findHttpUrl(givenUrl);
    const failure = url === undefined ? unsupported(givenUrl) : await ping(options, url);
    const key = url ?? givenUrl;
    if (failure === undefined) {
      reported.delete(key);
      return { ok: true };
    }
    const canCreate = create && url !== undefined;
    await report(options, reported, { url: key, failure, create: canCreate });
    return { ok: false, ...failure };
  };
  return (url, { create = true } = {}) =>
    sync(url, create).catch((error: unknown) => {
      // What fails because we stop says nothing about the app, so it is not kept.
      if (!isShuttingDown(error)) throw error;
      return { ok: false, code: "unreachable", message: "The server is shutting down." };
    });
}

/** Both the engine and the transport refuse work with this code once they stop. */
function isShuttingDown(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "shutting_down";
}

/** Only http and https can be pinged; apps on WebSockets come to us. */
function findHttpUrl(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? normalizeAppUrl(text) : undefined;
}

function unsupported(url: string): SyncFailure {
  return {
    code: "unsupported_protocol",
    message: `"${url.slice(0, 200)}" is not the URL of an app: use one such as http://localhost:3000/api/inngest.`,
  };
}

/** @returns undefined when the app synced. */
async function ping(options: SyncByUrlOptions, url: string): Promise<SyncFailure | undefined> {
  const { serverKind, signingKeys } = options;
  if (serverKind === "cloud" && signingKeys.length === 0) {
    return {
      code: "missing_server_signing_key",
      message: `The app at ${url} was not asked to sync, because this server has no signing key: start it with --signing-key.`,
    };
  }
  const keys = signingKeys.length === 0 ? [undefined] : signingKeys;
  let answer: SyncFailure | undefined;
  for (const key of keys) {
    const exchange = await pingWithKey(options, url, key);
    if (exchange instanceof Error) {
      if (isShuttingDown(exchange)) throw exchange;
      return toTransportFailure(url, exchange);
    }
    answer = exchange.failure;
    if (answer?.code !== "unauthorized") break;
  }
  return answer;
}

/** In band, then out of band when the app answers neither way. */
async function pingWithKey(
  options: SyncByUrlOptions,
  url: string,
  key: string | undefined,
): Promise<Error | { readonly failure: SyncFailure | undefined }> {
  const first = await put(options, { url, key, syncKind: IN_BAND });
  if (first instanceof Error) return first;
  const kind = first.headers[HEADERS.syncKind];
  if (first.status === 200 && kind === IN_BAND && isTrusted(options, first)) {
    return { failure: await takeInBand(options, url, first) };
  }
  const isFinal = kind === OUT_OF_BAND || first.status < 400 || first.status === 404;
  const answer =
    isFinal && kind !== IN_BAND ? first : await put(options, { url, key, syncKind: undefined });
  if (answer instanceof Error) return answer;
  const failure = findAnswerFailure(url, answer, key !== undefined);
  return { failure: failure === undefined ? undefined : preferRecorded(options, url, failure) };
}

async function put(
  options: SyncByUrlOptions,
  { url, key, syncKind }: { url: string; key: string | undefined; syncKind: string | undefined },
): Promise<InboundResponse | Error> {
  const body = canonicalJson({ url });
  const headers: Record<string, string> = {
    "content-type": "application/json",
    [HEADERS.serverKind]: options.serverKind,
  };
  if (syncKind !== undefined) headers[HEADERS.syncKind] = syncKind;
  if (key !== undefined) {
    headers[HEADERS.signature] = signBody({ key, body, atMs: options.clock.nowMs() });
  }
  try {
    return await options.transport.send({
      url,
      method: "PUT",
      headers,
      body,
      timeoutMs: PING_TIMEOUT_MS,
      responseBytesMax: LIMITS.callResponseBytesMax,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * With keys, an answer in band replaces an app's functions only when the app signed it. SDKs do; an answer that lost its
 * signature on the way leads to the registration, which carries a key.
 */
function isTrusted(options: SyncByUrlOptions, response: InboundResponse): boolean {
  if (options.signingKeys.length === 0) return true;
  return verifySignature({
    keys: options.signingKeys,
    body: response.bodyText,
    header: response.headers[HEADERS.signature],
    nowMs: options.clock.nowMs(),
  }).ok;
}

async function takeInBand(
  options: SyncByUrlOptions,
  url: string,
  response: InboundResponse,
): Promise<SyncFailure | undefined> {
  try {
    await syncApp(options, parseInBandResponse(JSON.parse(response.bodyText)));
    return undefined;
  } catch (error) {
    if (error instanceof EverstepError && error.status < 500) {
      return { code: toSyncFailureCode(error), message: error.message };
    }
    if (!(error instanceof SyntaxError)) throw error;
    return {
      code: "app_refused",
      message: `The app at ${url} answered the sync with broken JSON (${error.message}): something changes its answers on the way.`,
    };
  }
}

/** When the app's registration was refused by us meanwhile, that reason is the better one: the app only repeats it. */
function preferRecorded(
  { engine }: SyncByUrlOptions,
  url: string,
  failure: SyncFailure,
): SyncFailure {
  const app = engine.apps().find((candidate) => candidate.url === url);
  if (app?.error === undefined || !failure.message.includes(app.error)) return failure;
  return { code: (app.errorCode ?? failure.code) as SyncFailure["code"], message: app.error };
}

async function report(
  { engine, log }: SyncByUrlOptions,
  reported: Map<string, string>,
  what: { readonly url: string; readonly failure: SyncFailure; readonly create: boolean },
): Promise<void> {
  const { url, failure, create } = what;
  const app = engine.apps().find((candidate) => candidate.url === url);
  const isKept = app?.errorCode === failure.code && app.error === failure.message;
  if (!isKept && (create || app !== undefined)) {
    await engine.recordSyncFailure({ url, ...failure, create });
  }
  if (reported.get(url) === failure.message) return;
  reported.set(url, failure.message);
  log({ level: "warn", message: failure.message, fields: { url, code: failure.code } });
}
