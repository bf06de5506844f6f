// What an app's HTTP answer means (protocol.md 3.1, 3.3, 5.4). Total: every answer, also garbage, becomes a CallResult;
// nothing throws. Whether an attempt is left, and when to try again, is decided elsewhere.
import { canonicalJson } from "./canonical-json.ts";
import { foldKeys, isJsonObject, knownKeys } from "./fold-keys.ts";
import { HEADERS } from "./headers.ts";
import type { JsonText } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { openEnclosed } from "./log-line.ts";
import type { CallResult, Op, ResponseFacts, UserError } from "./op.ts";
import { OpsError, parseOps } from "./parse-ops.ts";
import { parseSdkVersion, treatsClientErrorsAsFinal } from "./sdk-version.ts";
import { parseUserError } from "./user-error.ts";

/** An answer as the transport got it. Header names must be lower case. */
export interface RawCallResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
}

type ErrorResult = Extract<CallResult, { kind: "error" }>;

/** One answer, unpacked from its stream if it was one. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Facts of the HTTP answer itself, also when the answer came in a stream. */
  readonly response: ResponseFacts;
}

const STREAM_KEYS = knownKeys(["status", "body", "headers", "error"]);
/** What an empty list of ops stands for: the app found nothing to do. */
const NOTHING: Op = { op: "None", id: "", name: "", opts: {} };
/** Kept out of the trace. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  HEADERS.signature,
  HEADERS.continuation,
  HEADERS.logs,
]);

/** Reads an app's answer to a call. */
export function parseCallResponse(raw: RawCallResponse): CallResult {
  const response: ResponseFacts = {
    status: raw.status,
    headers: withoutSecrets(raw.headers),
    bodyBytes: Buffer.byteLength(raw.bodyText),
  };
  const answer: Answer = {
    status: raw.status,
    headers: raw.headers,
    text: raw.bodyText,
    response,
  };
  if (response.bodyBytes > LIMITS.callResponseBytesMax) {
    return engineError(answer, "output_too_large", {
      message: `The app answered ${response.bodyBytes} bytes; at most ${LIMITS.callResponseBytesMax} are taken. Return a reference to large data instead.`,
    });
  }
  return raw.status === 201 ? parseStream(answer) : parseAnswer(answer);
}

function parseAnswer(given: Answer): CallResult {
  const { text, logs } = openEnclosed(given.headers, given.text);
  if (logs.length === 0 && text === given.text) return parseProper(given);
  return { ...parseProper({ ...given, text }), logs };
}

function parseProper(answer: Answer): CallResult {
  const isSuccess = answer.status >= 200 && answer.status <= 299;
  if (!hasHeader(answer, HEADERS.sdk)) return parseForeign(answer, isSuccess);
  if (!isSuccess) return parseFailure(answer);
  try {
    return answer.status === 206 ? parseOpsAnswer(answer) : parseDone(answer);
  } catch (error) {
    // Only bounds throw here: an op that cannot be taken, or JSON nested too deep to be walked.
    const code = error instanceof OpsError ? error.code : "output_invalid";
    return engineError(answer, code, { message: (error as Error).message });
  }
}

/** 201: white space that kept the connection alive, then one object with the real answer in it. */
function parseStream(outer: Answer): CallResult {
  const body = tryParse(outer.text.trim());
  if (!isJsonObject(body)) {
    if (!hasHeader(outer, HEADERS.sdk)) return parseForeign(outer, true);
    return engineError(outer, "stream_invalid", {
      message:
        "The app's streamed answer is not a JSON object: the connection may have been cut before the end, or a proxy changed it.",
    });
  }
  const stream = foldKeys(body, STREAM_KEYS);
  const answer: Answer = {
    ...outer,
    status: typeof stream["status"] === "number" ? stream["status"] : 0,
    headers: { ...outer.headers, ...lowerCaseHeaders(stream["headers"]) },
    text: textOf(stream["body"]),
  };
  const streamError = stream["error"];
  if (streamError !== undefined && streamError !== null && streamError !== "") {
    const error = parseUserError(streamError, "The app's stream failed");
    const outputJson = canonicalJson({ error: `${error.name}: ${error.message}`, ...error });
    return { ...failure(answer, error), outputJson };
  }
  if (answer.status === 0) {
    return engineError(answer, "stream_invalid", {
      message: "The app's streamed answer has no numeric status.",
    });
  }
  return parseAnswer(answer);
}

function parseOpsAnswer(answer: Answer): CallResult {
  if (answer.text.trim() === "") {
    return engineError(answer, "op_invalid", {
      message: "The app answered 206 without a body: ops were expected.",
    });
  }
  const body = unwrapString(tryParse(answer.text));
  if (body === undefined) {
    return engineError(answer, "op_invalid", {
      message: `The app answered 206 with a body that is not JSON: ${answer.text.slice(0, 200)}`,
    });
  }
  const noRetry = noRetryOf(answer);
  const parsed = parseOps(body);
  const ops = parsed.length === 0 ? [NOTHING] : parsed;
  return {
    kind: "ops",
    ops: noRetry === true ? ops.map(withoutRetry) : ops,
    requestVersion: requestVersionOf(answer),
    noRetry,
    retryAfterText: answer.headers[HEADERS.retryAfter],
    response: answer.response,
  };
}

function parseDone(answer: Answer): CallResult {
  // A connect worker maps a final failure to "done, do not retry": the header wins over the status.
  if (noRetryOf(answer) === true) return parseFailure(answer);
  return { kind: "done", outputJson: outputJsonOf(answer.text), response: answer.response };
}

function parseFailure(answer: Answer): ErrorResult {
  const fallbackMessage = `The app answered HTTP ${answer.status} without saying why.`;
  return failure(answer, parseUserError(answer.text, fallbackMessage));
}

/** An answer that no SDK made: a proxy, a login page, another server on that port. */
function parseForeign(answer: Answer, isSuccess: boolean): ErrorResult {
  const refused =
    "an app in cloud mode wants calls signed with its key. Give it this server's signing key, or INNGEST_DEV=1 for a dev server";
  const failed = answer.status === 401 ? refused : "the app or a proxy before it failed first";
  const hint = isSuccess ? "check that the app's URL leads to its SDK endpoint" : failed;
  return engineError(answer, "not_sdk", {
    name: isSuccess ? "Error" : "Server returned a fatal error",
    message: `The answer (HTTP ${answer.status}) did not come from an SDK, for it has no ${HEADERS.sdk} header: ${hint}.`,
  });
}

/** Enough to recognise a login page or a proxy. */
const BODY_SHOWN_CHARS = 1_000;

function engineError(
  answer: Answer,
  code: string,
  error: { name?: string; message: string },
): ErrorResult {
  const { name = "Error", message } = error;
  // What came is not the function's: the run's output says what is wrong with it, and shows its beginning.
  const body = answer.text.slice(0, BODY_SHOWN_CHARS);
  const outputJson = canonicalJson({ body, error: `${name}: ${message}`, message, name });
  return { ...failure(answer, { name, message }), outputJson, code };
}

function failure(answer: Answer, error: UserError): ErrorResult {
  return {
    kind: "error",
    error,
    retriable: isRetriable(answer),
    retryAfterText: answer.headers[HEADERS.retryAfter],
    outputJson: failureOutputJson(answer),
    response: answer.response,
  };
}

function isRetriable(answer: Answer): boolean {
  const noRetry = noRetryOf(answer);
  if (noRetry !== undefined) return !noRetry;
  if (answer.status < 400 || answer.status > 499) return true;
  const version = parseSdkVersion(answer.headers[HEADERS.sdk] ?? "");
  return version === undefined || !treatsClientErrorsAsFinal(version);
}

function withoutRetry(op: Op): Op {
  if (op.op !== "StepError" || op.error === undefined) return op;
  return { ...op, error: { ...op.error, noRetry: true } };
}

/** A result that is JSON text of an object or array, given as a JSON string, is unwrapped once; other text stays a string. */
function outputJsonOf(text: string): JsonText {
  if (text === "") return "null";
  const body = tryParse(text);
  if (body === undefined) return JSON.stringify(text);
  return canonicalJson(unwrapString(body));
}

function failureOutputJson(answer: Answer): JsonText {
  try {
    return outputJsonOf(answer.text);
  } catch {
    return JSON.stringify(answer.text);
  }
}

function unwrapString(body: unknown): unknown {
  if (typeof body !== "string" || !/^\s*[[{]/.test(body)) return body;
  return tryParse(body) ?? body;
}

/** The parsed text, or undefined when it is not JSON (JSON has no undefined). */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  return body === undefined ? "" : JSON.stringify(body);
}

function noRetryOf(answer: Answer): boolean | undefined {
  const text = answer.headers[HEADERS.noRetry]?.trim().toLowerCase();
  return text === "true" || text === "1"
    ? true
    : text === "false" || text === "0"
      ? false
      : undefined;
}

function requestVersionOf(answer: Answer): number {
  const text = answer.headers[HEADERS.requestVersion]?.trim() ?? "";
  return /^\d{1,4}$/.test(text) ? Number(text) : 0;
}

function hasHeader(answer: Answer, name: string): boolean {
  return (answer.headers[name] ?? "") !== "";
}

function lowerCaseHeaders(headers: unknown): Record<string, string> {
  if (!isJsonObject(headers)) return {};
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const text: unknown = Array.isArray(value) ? value[0] : value;
    return typeof text === "string" ? [[name.toLowerCase(), text] as const] : [];
  });
  return Object.fromEntries(entries);
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined && !SECRET_HEADERS.has(name)) kept[name] = value;
  }
  return kept;
}
