// Why an app could not be synced, as a code that dashboards know (protocol.md 1.1) and a sentence that says what happened,
// where, and how to fix it.
import type { InboundResponse } from "@everstep/engine";
import { HEADERS, type EverstepError } from "@everstep/protocol";

/** `app_refused`: the app said no for a reason of its own, which the message holds. The others are the official codes. */
export type SyncFailureCode =
  | "unreachable"
  | "unauthorized"
  | "forbidden"
  | "url_not_found"
  | "internal_server_error"
  | "missing_branch_env_name"
  | "invalid_signing_key"
  | "missing_signing_key"
  | "missing_server_signing_key"
  | "invalid_function"
  | "sdk_version_denied"
  | "no_functions"
  | "unsupported_protocol"
  | "app_refused";

export interface SyncFailure {
  readonly code: SyncFailureCode;
  readonly message: string;
}

/** SDKs word these refusals themselves, with status 400; the texts are all that tells them apart. */
const REFUSALS: readonly (readonly [RegExp, SyncFailureCode, string])[] = [
  [/signing key is invalid/i, "invalid_signing_key", "set INNGEST_SIGNING_KEY to the server's key"],
  [/didn't specify.*signing key/i, "missing_signing_key", "set INNGEST_SIGNING_KEY of the app"],
  [/no functions registered/i, "no_functions", "pass at least one function to serve()"],
  [/function is invalid/i, "invalid_function", "correct the function's configuration"],
  [/branch name/i, "missing_branch_env_name", "set INNGEST_ENV of the app to its branch"],
];

/** The code under which a refused `POST /fn/register` is kept on the app. */
export function toSyncFailureCode(error: EverstepError): SyncFailureCode {
  if (error.code === "sdk_version_denied") return "sdk_version_denied";
  const isConfig = ["config_invalid", "expression_invalid", "body_invalid"].includes(error.code);
  return isConfig ? "invalid_function" : "app_refused";
}

/** The failure that an answer stands for; undefined when the app says that it synced. */
export function findAnswerFailure(
  url: string,
  response: InboundResponse,
  isSigned: boolean,
): SyncFailure | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return isFromSdk(response) ? undefined : notAnSdk(url, status);
  const said = saying(response);
  switch (status) {
    case 400:
      return explainRefusal(url, said);
    case 401:
      return { code: "unauthorized", message: explainUnauthorized(url, isSigned) };
    case 403:
      return {
        code: "forbidden",
        message: `The app at ${url} answered 403${quote(said)}: something in front of it, or the app itself, keeps this server out. Let it pass.`,
      };
    case 404:
    case 405:
      return {
        code: "url_not_found",
        message: `${url} answered ${status}: no SDK is served there. Check the path (usually /api/inngest) and that serve() handles PUT.`,
      };
    default:
      return explainServerError(url, status, said);
  }
}

/** The failure that a request without an answer stands for. */
export function toTransportFailure(url: string, error: Error): SyncFailure {
  if (/EPROTO|wrong version number|unsupported protocol/i.test(error.message)) {
    return {
      code: "unsupported_protocol",
      message: `The app at ${url} does not speak ${new URL(url).protocol.slice(0, -1)}: check whether its URL begins with http or https.`,
    };
  }
  return {
    code: "unreachable",
    message: `The app at ${url} cannot be reached (${error.message}): start it, or correct its URL.`,
  };
}

/** Whether anything about the answer shows that an SDK gave it. */
export function isFromSdk(response: InboundResponse): boolean {
  const { headers } = response;
  return [HEADERS.sdk, HEADERS.syncKind, HEADERS.sdkHandled, HEADERS.framework].some(
    (name) => headers[name] !== undefined,
  );
}

function explainRefusal(url: string, said: string): SyncFailure {
  const [, code = "app_refused", wayOut] =
    REFUSALS.find(([pattern]) => pattern.test(said)) ?? ([] as const);
  const rest = wayOut === undefined ? "" : `: ${wayOut}`;
  return { code, message: `The app at ${url} refused to sync${quote(said)}${rest}.` };
}

function explainUnauthorized(url: string, isSigned: boolean): string {
  return isSigned
    ? `The app at ${url} answered 401: it does not accept this server's signature. Set INNGEST_SIGNING_KEY of the app to the server's signing key.`
    : `The app at ${url} answered 401: it runs in cloud mode and this server does not sign. Start the app with INNGEST_DEV=1, or use \`everstep start\` with its signing key.`;
}

function explainServerError(url: string, status: number, said: string): SyncFailure {
  return {
    code: status >= 500 ? "internal_server_error" : "app_refused",
    message: `The app at ${url} answered ${status}${quote(said)}: its log says why. An app in cloud mode without INNGEST_SIGNING_KEY does this too; for development set INNGEST_DEV=1.`,
  };
}

function notAnSdk(url: string, status: number): SyncFailure {
  return {
    code: "url_not_found",
    message: `${url} answered ${status}, but not as an SDK: something else is served there. Check the URL and its path (usually /api/inngest).`,
  };
}

/** The words of an error body: `message` or `error` of JSON, else a short text. */
function saying({ bodyText }: InboundResponse): string {
  try {
    const body = JSON.parse(bodyText) as { message?: unknown; error?: unknown } | null;
    const said = body?.message ?? body?.error;
    return typeof said === "string" ? said : "";
  } catch {
    return /^\s*</.test(bodyText) ? "" : bodyText.trim();
  }
}

function quote(said: string): string {
  return said === "" ? "" : ` ("${said.slice(0, 500)}")`;
}
