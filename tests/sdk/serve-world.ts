// A real server and an app on our SDK, both in this process, talking over sockets on 127.0.0.1. Time is real.
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import type { RunHead } from "@everstep/core";
import {
  createEngine,
  createHttpTransport,
  systemChance,
  systemClock,
  type Engine,
} from "@everstep/engine";
import { createServer, type Server } from "@everstep/server";
import { openSqliteStore } from "@everstep/store-sqlite";
import { Everstep } from "everstep";
import { serve } from "everstep/node";
import { waitUntil } from "../protocol/harness/wait-until.ts";

export interface WorldOptions {
  /** Cloud mode with this key on both sides; absent: dev mode. */
  readonly signingKey?: string;
  /** The app's key, when it is to be another than the server's. */
  readonly appSigningKey?: string;
  readonly appSigningKeyFallback?: string;
  readonly serve?: Partial<Parameters<typeof serve>[0]>;
  /** Instances of the app behind one address, which get its calls in turn. Default 1. */
  readonly instances?: number;
  /** Fixed delay between attempts instead of the table. */
  readonly retryIntervalMs?: number;
  /** Whether the connection breaks before the answer to a call, by the number of the call from 1. */
  readonly breaks?: (call: number) => boolean;
}

type Functions = Parameters<typeof serve>[0]["functions"];

export interface CallSeen {
  readonly url: string;
  readonly status: number;
  /** Of the request, bytes. */
  readonly bodyBytes: number;
  /** `x-everstep-continuation` of the request and of the answer. */
  readonly asked: string | undefined;
  readonly answered: string | undefined;
}

const EVENT_KEY = "event-key";

export class ServeWorld {
  readonly calls: CallSeen[] = [];
  readonly #options: WorldOptions;
  readonly #store = openSqliteStore({ path: ":memory:" });
  readonly #transport = createHttpTransport();
  readonly engine: Engine;
  readonly #server: Server;
  #app: HttpServer | undefined;
  url = "";

  constructor(options: WorldOptions) {
    this.#options = options;
    const { signingKey, retryIntervalMs } = options;
    const shared = {
      history: this.#store.history,
      transport: this.#transport,
      clock: systemClock,
      log: () => undefined,
    };
    this.engine = createEngine({
      ...shared,
      store: this.#store.store,
      chance: systemChance,
      ...(retryIntervalMs === undefined ? {} : { retryIntervalMs }),
      ...(signingKey === undefined ? {} : { signingKey }),
    });
    this.#server = createServer({
      ...shared,
      engine: this.engine,
      serverKind: signingKey === undefined ? "dev" : "cloud",
      signingKeys: signingKey === undefined ? [] : [signingKey],
      ...(signingKey === undefined ? {} : { eventKeys: [EVENT_KEY] }),
      host: "127.0.0.1",
      port: 0,
      version: "0.0.0",
      poll: { enabled: false, intervalMs: 60_000 },
      discovery: { enabled: false },
    });
  }

  async start(): Promise<void> {
    await this.engine.start();
    this.url = (await this.#server.listen()).url;
  }

  /** A client of this world; the environment of the test process plays no part in its mode. */
  createClient(): Everstep {
    const { signingKey, appSigningKey = signingKey, appSigningKeyFallback } = this.#options;
    const silent = (): void => undefined;
    const options: ConstructorParameters<typeof Everstep>[0] = {
      id: "app",
      isDev: signingKey === undefined,
      baseUrl: this.url,
      eventKey: EVENT_KEY,
      logger: { info: silent, warn: silent, error: silent, debug: silent },
      ...(appSigningKey === undefined ? {} : { signingKey: appSigningKey }),
      ...(appSigningKeyFallback === undefined ? {} : { signingKeyFallback: appSigningKeyFallback }),
    };
    return new Everstep(options);
  }

  /** Serves functions and has the server ask for them. @returns What came of the sync. */
  async serve(client: Everstep, functions: Functions): Promise<unknown> {
    const handles = Array.from({ length: this.#options.instances ?? 1 }, () =>
      serve({ client, functions, ...this.#options.serve }),
    );
    let turn = 0;
    let callCount = 0;
    const app = createHttpServer((request, response) => {
      let answered: string | undefined;
      if (request.method === "POST") callCount += 1;
      const isBroken = request.method === "POST" && this.#options.breaks?.(callCount) === true;
      const writeHead = response.writeHead.bind(response) as (
        ...given: unknown[]
      ) => typeof response;
      // The adapter hands all headers to this one call, and Node does not keep them then.
      response.writeHead = (...given: unknown[]) => {
        if (isBroken) request.socket.destroy();
        answered = /"x-everstep-continuation":"(?<value>[^"]+)"/.exec(JSON.stringify(given))
          ?.groups?.["value"];
        return writeHead(...given);
      };
      response.on("finish", () => {
        if (request.method !== "POST") return;
        const { "x-everstep-continuation": asked, "content-length": bodyBytes } = request.headers;
        this.calls.push({
          url: request.url ?? "",
          status: response.statusCode,
          bodyBytes: Number(bodyBytes),
          asked: asked === undefined ? undefined : String(asked),
          answered,
        });
      });
      const handle = handles[(turn += 1) % handles.length];
      void handle?.(request, response);
    });
    this.#app = app;
    await new Promise<void>((resolve) => {
      app.listen(0, "127.0.0.1", resolve);
    });
    return await this.#server.syncByUrl(this.appUrl);
  }

  /** Where the app is. */
  get appUrl(): string {
    const address = this.#app?.address();
    if (typeof address !== "object" || address === null) throw new Error("No app is served yet.");
    const { port } = address;
    return `http://127.0.0.1:${port}/api/inngest`;
  }

  /** The run that an event started, once it has ended. */
  async endOf(eventId: string): Promise<RunHead & { readonly output: unknown }> {
    const head = await waitUntil(
      async () => {
        const [run] = await this.#store.history.listRunsOfEvent(eventId, { limit: 1 });
        return run?.endedAtMs === undefined ? undefined : run;
      },
      { what: `the run of ${eventId} to end` },
    );
    const output: unknown = head.outputJson === undefined ? undefined : JSON.parse(head.outputJson);
    return { ...head, output };
  }

  async stop(): Promise<void> {
    await this.engine.stop({ graceMs: 0 });
    this.#app?.closeAllConnections();
    this.#app?.close();
    await this.#server.close({ graceMs: 0 });
    await this.#transport.close();
    await this.#store.close();
  }
}

/** Runs a test in a world of its own. */
export async function inWorld(
  options: WorldOptions,
  test: (world: ServeWorld) => Promise<void>,
): Promise<void> {
  const world = new ServeWorld(options);
  await world.start();
  try {
    await test(world);
  } finally {
    await world.stop();
  }
}
