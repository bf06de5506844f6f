// The process of one test app: a node:http server around an official SDK's handler, which reports every request and every
// note to the test by IPC. Bodies are read first and replayed to the SDK, so that the record is what was on the wire.
import { createServer } from "node:http";
import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestListener,
  ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { functionSets } from "./function-sets.ts";
import type { AppTools, FunctionSpec } from "./function-spec.ts";
import type { AppMessage, AppSettings, OpenGateMessage } from "./messages.ts";

const BODY_CHARS_KEPT = 200_000;
const APP_PATH = "/api/inngest";

export interface SdkAdapter {
  readonly version: 3 | 4;
  readonly NonRetriableError: AppTools["NonRetriableError"];
  readonly RetryAfterError: AppTools["RetryAfterError"];
  reference(appId: string, functionId: string): unknown;
  serve(settings: AppSettings, functions: readonly FunctionSpec[]): RequestListener;
}

/** Starts the app that the environment variable TEST_APP_SETTINGS describes; ends when the IPC channel closes. */
export function runApp(adapter: SdkAdapter): void {
  const settings = JSON.parse(process.env["TEST_APP_SETTINGS"] ?? "null") as AppSettings;
  const sets = settings.functions.split(" ").map((name) => {
    const set = functionSets[name];
    if (set === undefined) throw new Error(`functions: no set is called "${name}"`);
    return set;
  });
  const gates = new Gates();
  const tools: AppTools = {
    version: adapter.version,
    appId: settings.appId,
    NonRetriableError: adapter.NonRetriableError,
    RetryAfterError: adapter.RetryAfterError,
    reference: (functionId, appId = settings.appId) => adapter.reference(appId, functionId),
    note: (topic, value) => report({ kind: "note", atMs: Date.now(), topic, value: value ?? null }),
    gate: (name) => gates.passed(name),
  };
  const listener = adapter.serve(
    settings,
    sets.flatMap((set) => set(tools)),
  );
  process.on("message", (message: OpenGateMessage) => gates.open(message.gate));
  process.on("disconnect", () => process.exit(0));
  const server = createServer((request, response) => {
    void recordAndServe(request, response, listener);
  });
  server.listen(settings.port ?? 0, "127.0.0.1", () => {
    report({ kind: "listening", port: (server.address() as AddressInfo).port });
  });
}

class Gates {
  readonly #opened = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();

  open(name: string): void {
    this.#opened.add(name);
    for (const resolve of this.#waiting.get(name) ?? []) {
      resolve();
    }
    this.#waiting.delete(name);
  }

  passed(name: string): Promise<void> {
    if (this.#opened.has(name)) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
    });
  }
}

function report(message: AppMessage): void {
  if (process.connected) {
    process.send?.(message);
  }
}

async function recordAndServe(
  request: IncomingMessage,
  response: ServerResponse,
  listener: RequestListener,
): Promise<void> {
  const atMs = Date.now();
  if (!request.url?.startsWith(APP_PATH)) {
    response.writeHead(404).end();
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const body = Buffer.concat(chunks);
  const text = body.toString("utf8");
  const ctx = readCtx(text);
  const headers = flatHeaders(request.headers);
  report({ kind: "arrival", atMs, headers, ctx });
  const answer = recordAnswer(response, String(ctx["run_id"]));
  response.on("close", () => {
    report({
      kind: "call",
      atMs,
      method: request.method ?? "",
      url: request.url ?? "",
      headers,
      body: text.length > BODY_CHARS_KEPT ? "" : text,
      bodyBytes: body.byteLength,
      ctx,
      answer: answer(),
    });
  });
  listener(replay(request, body), response);
}

function replay(request: IncomingMessage, body: Buffer): IncomingMessage {
  const stream = body.byteLength === 0 ? Readable.from([]) : Readable.from([body]);
  return Object.assign(stream, {
    headers: request.headers,
    method: request.method,
    url: request.url,
    socket: request.socket,
  }) as unknown as IncomingMessage;
}

function recordAnswer(
  response: ServerResponse,
  runId: string,
): () => {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  const parts: string[] = [];
  // Headers that are given to writeHead alone never show up in getHeaders.
  let given: OutgoingHttpHeaders = {};
  const writeHead = response.writeHead.bind(response) as (
    status: number,
    headers?: OutgoingHttpHeaders,
  ) => ServerResponse;
  response.writeHead = ((status: number, headers?: OutgoingHttpHeaders) => {
    given = headers ?? {};
    return writeHead(status, headers);
  }) as ServerResponse["writeHead"];
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  const end = response.end.bind(response) as (chunk?: unknown) => ServerResponse;
  const keep = (chunk: unknown): void => {
    if (typeof chunk === "string") {
      parts.push(chunk);
    } else if (chunk instanceof Uint8Array) {
      parts.push(Buffer.from(chunk).toString("utf8"));
    }
  };
  response.write = ((chunk: unknown) => {
    keep(chunk);
    // Parts of a streamed answer, heartbeats among them.
    report({ kind: "note", atMs: Date.now(), topic: "wrote", value: runId });
    return write(chunk);
  }) as ServerResponse["write"];
  response.end = ((chunk?: unknown) => {
    keep(chunk);
    return end(chunk);
  }) as ServerResponse["end"];
  return () => ({
    status: response.statusCode,
    headers: flatHeaders({ ...response.getHeaders(), ...given }),
    body: parts.join("").slice(0, BODY_CHARS_KEPT),
  });
}

function readCtx(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as { ctx?: Record<string, unknown> };
    return parsed.ctx ?? {};
  } catch {
    return {};
  }
}

function flatHeaders(headers: NodeJS.Dict<number | string | string[]>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    flat[name.toLowerCase()] = String(value);
  }
  return flat;
}
