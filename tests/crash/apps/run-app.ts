// The process of an app under test: a node:http server around an official SDK's handler. It outlives the engine, journals
// every call and every step execution, and can kill the engine at a chosen moment of its own.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { FunctionSpec } from "../../protocol/apps/function-spec.ts";
import { openJournal, type Journal } from "./journal.ts";
import { loadFunctions, type Execution, type LoadTools, type Token } from "./load-functions.ts";
import type { AppPoint, AppSettings, ArmMessage, FromApp, Mood, ToApp } from "./messages.ts";
import { misbehave } from "./misbehave.ts";

const APP_PATH = "/api/inngest";
/** Steps of the load take up to this long, so that kills meet them running. */
const STEP_MS_MAX = 20;

type Fetch = typeof globalThis.fetch;

export interface SdkAdapter {
  reference(appId: string, functionId: string): unknown;
  serve(appId: string, specs: readonly FunctionSpec[], fetch: Fetch): RequestListener;
}

/** Starts the app that the environment variable TEST_APP_SETTINGS describes; ends when the IPC channel closes. */
export function runApp(adapter: SdkAdapter): void {
  const settings = JSON.parse(process.env["TEST_APP_SETTINGS"] ?? "null") as AppSettings;
  const app = new LoadApp(settings, openJournal(settings.journalPath), adapter);
  process.on("message", (message: ToApp) => app.receive(message));
  process.on("disconnect", () => process.exit(0));
  app.listen(0);
}

class LoadApp implements LoadTools {
  readonly appId: string;
  readonly #journal: Journal;
  readonly #adapter: SdkAdapter;
  readonly #listener: RequestListener;
  readonly #currentCall = new AsyncLocalStorage<number>();
  #server: Server;
  #port = 0;
  /** Results that calls of a run brought to this process, as text, by step. */
  readonly #told = new Map<string, Record<string, string>>();
  #calls = 0;
  #mood: Mood = "well";
  #armed: ArmMessage | undefined;

  constructor(settings: AppSettings, journal: Journal, adapter: SdkAdapter) {
    this.appId = settings.appId;
    this.#journal = journal;
    this.#adapter = adapter;
    this.#server = this.#createServer();
    this.#listener = adapter.serve(this.appId, loadFunctions(this), (input, init) =>
      this.#fetch(input, init),
    );
  }

  receive(message: ToApp): void {
    if (message.kind === "arm") this.#armed = message;
    else if (message.kind === "mood") this.#mood = message.mood;
    else if (message.open) this.listen(this.#port);
    else {
      this.#server.closeAllConnections();
      this.#server.close(() => tell({ kind: "closed" }));
    }
  }

  listen(port: number): void {
    this.#server = this.#createServer();
    this.#server.listen(port, "127.0.0.1", () => {
      this.#port = (this.#server.address() as AddressInfo).port;
      tell({ kind: "listening", port: this.#port });
    });
  }

  reference(functionId: string): unknown {
    return this.#adapter.reference(this.appId, functionId);
  }

  async execute({ runId, step, attempt }: Execution): Promise<Token> {
    const token = randomUUID();
    const call = this.#currentCall.getStore() ?? 0;
    const atMs = Date.now();
    this.#journal({ kind: "execution", atMs, call, runId, step, attempt, token });
    this.#pass("step_running");
    await pause(Math.random() * STEP_MS_MAX);
    this.#pass("step_done");
    return { token };
  }

  reached(runId: string, step: string, lastsMs: number): void {
    this.#journal({ kind: "reached", atMs: Date.now(), runId, step, lastsMs });
  }

  #pass(point: AppPoint): void {
    const armed = this.#armed;
    if (armed?.point !== point) return;
    this.#armed = armed.nth === 1 ? undefined : { ...armed, nth: armed.nth - 1 };
    if (armed.nth === 1) process.kill(armed.pid, "SIGKILL");
  }

  #createServer(): Server {
    return createServer((request, response) => void this.#answer(request, response));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.startsWith(APP_PATH)) {
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (request.method !== "POST") {
      this.#listener(replay(request, body), response);
      return;
    }
    const mood = this.#mood;
    if (mood !== "well") {
      misbehave(mood, response);
      tell({ kind: "misbehaved", mood });
      return;
    }
    this.#calls += 1;
    const call = this.#calls;
    const runId = this.#journalCall(call, request, body);
    this.#pass("call_arrived");
    response.on("finish", () => {
      const status = response.statusCode;
      this.#journal({ kind: "answered", atMs: Date.now(), call, runId, status });
      this.#pass("answer_written");
    });
    this.#currentCall.run(call, () => this.#listener(replay(request, body), response));
  }

  #journalCall(call: number, request: IncomingMessage, body: Buffer): string {
    const { ctx, steps, continuation } = JSON.parse(body.toString("utf8")) as CallBody;
    // A continued call brings only what is new to what this process was told before.
    const told =
      continuation === undefined
        ? texts(steps)
        : { ...this.#told.get(ctx.run_id), ...texts(continuation.steps) };
    this.#told.set(ctx.run_id, told);
    this.#journal({
      kind: "call",
      atMs: Date.now(),
      call,
      runId: ctx.run_id,
      functionId: new URL(request.url ?? "", "http://app").searchParams.get("fnId") ?? "",
      generation: Number(request.headers["x-inngest-generation-id"]),
      attempt: ctx.attempt,
      steps: told,
    });
    return ctx.run_id;
  }

  async #fetch(...[input, init]: Parameters<Fetch>): ReturnType<Fetch> {
    const url = String(input instanceof Request ? input.url : input);
    const runId = /\/checkpoint\/([^/]+)\/async/.exec(url)?.[1];
    const answer = fetch(input, init);
    if (runId === undefined) return await answer;
    this.#pass("checkpoint_sent");
    const response = await answer;
    if (response.status === 200) {
      const sent = JSON.parse(init?.body as string) as { steps: { id: string; data: unknown }[] };
      const steps = texts(Object.fromEntries(sent.steps.map(({ id, data }) => [id, data])));
      this.#journal({ kind: "recorded", atMs: Date.now(), runId, steps });
      this.#pass("checkpoint_acked");
    }
    return response;
  }
}

interface CallBody {
  readonly ctx: { readonly run_id: string; readonly attempt: number };
  readonly steps: Readonly<Record<string, unknown>>;
  readonly continuation?: { readonly steps: Readonly<Record<string, unknown>> };
}

/** Each value as JSON text: comparable, whatever its shape. */
function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([id, value]) => [id, JSON.stringify(value ?? null)]),
  );
}

function replay(request: IncomingMessage, body: Buffer): IncomingMessage {
  const stream = body.byteLength === 0 ? Readable.from([]) : Readable.from([body]);
  const { headers, method, url, socket } = request;
  return Object.assign(stream, { headers, method, url, socket }) as unknown as IncomingMessage;
}

function tell(message: FromApp): void {
  if (process.connected) process.send?.(message);
}
