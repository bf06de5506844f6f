// A server around a real engine on a store in memory, with an app whose answers are written down here: what REST v2 tells of
// work that really happened. The app is in process, so nothing waits on a socket but the requests themselves.
import {
  createEngine,
  systemChance,
  systemClock,
  type Engine,
  type InboundResponse,
  type OutboundRequest,
  type Transport,
} from "@everstep/engine";
import type { AppConfig } from "@everstep/protocol";
import { createServer } from "@everstep/server";
import { openSqliteStore } from "@everstep/store-sqlite";

export const APP_URL = "http://app.test/api/inngest";
const SDK = { "x-inngest-sdk": "js:v4.24.0" };
const STEP_ID = "3f0d9d4bdba2cf1d9d0ec8d7cdd8d1a8f5b5a2f6";

export interface ApiWorld {
  readonly url: string;
  readonly engine: Engine;
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiReply>;
  /** Resolves once so many runs in all have ended. */
  ended(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface ApiReply {
  readonly status: number;
  readonly text: string;
  // Whatever the server says; the tests hold it against the schemas.
  readonly json: { data: never; errors: { code: string; message: string; field?: string }[] };
}

export async function openApiWorld(
  serverKind: "dev" | "cloud" = "dev",
  signingKeys: readonly string[] = [],
): Promise<ApiWorld> {
  const { store, history, close } = openSqliteStore({ path: ":memory:" });
  const log = (): void => undefined;
  const ports = { clock: systemClock, log, transport: appTransport() };
  const engine = createEngine({ ...ports, store, history, chance: systemChance });
  const endings = watchEndings(engine);
  await engine.start();
  await engine.syncApp(APP);
  const server = createServer({
    ...ports,
    engine,
    history,
    serverKind,
    signingKeys,
    host: "127.0.0.1",
    port: 0,
    version: "0.0.0-test",
    poll: { enabled: false, intervalMs: 5_000 },
    discovery: { enabled: false },
  });
  const { url } = await server.listen();
  return {
    url,
    engine,
    ended: endings,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(`${url}/v2${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, text, json: JSON.parse(text) as ApiReply["json"] };
    },
    async close() {
      await server.close({ graceMs: 0 });
      await engine.stop({ graceMs: 0 });
      await close();
    },
  };
}

function watchEndings(engine: Engine): (count: number) => Promise<void> {
  const ended = new Set<string>();
  const waiting = new Map<() => void, number>();
  engine.onChange((changes) => {
    for (const change of changes) {
      if (change.type === "run_patched" && change.patch.endedAtMs !== undefined) {
        ended.add(change.runId);
      }
    }
    for (const [resolve, count] of waiting) if (ended.size >= count) resolve();
  });
  return (count) =>
    new Promise((resolve) => {
      if (ended.size >= count) resolve();
      else waiting.set(resolve, count);
    });
}

function functionOf(name: string, given: Partial<AppConfig["functions"][number]>): never {
  return {
    slug: `shop-${name}`,
    name,
    triggers: [{ kind: "event", event: `shop/${name}` }],
    url: `${APP_URL}?fnId=shop-${name}&stepId=step`,
    maxAttempts: 1,
    concurrency: [],
    cancel: [],
    ...given,
  } as never;
}

const APP: AppConfig = {
  name: "shop",
  url: APP_URL,
  sdk: "js:v4.24.0",
  method: "serve",
  checksum: "one",
  functions: [
    functionOf("order", { concurrency: [{ limit: 5, scope: "fn", level: "step" }] }),
    functionOf("fail", {}),
    functionOf("wait", { priority: { run: "10" }, singleton: { mode: "skip" } }),
    functionOf("tick", { triggers: [{ kind: "cron", cron: "TZ=Europe/Berlin 0 9 1 1 *" }] }),
    functionOf("limited", { rateLimit: { limit: 1, periodMs: 3_600_000 } }),
    functionOf("picky", {
      triggers: [{ kind: "event", event: "shop/order", expression: "event.data.total > 100" }],
    }),
  ],
};

/** What the app answers, by function. */
function appTransport(): Transport {
  return {
    send: (request) => Promise.resolve(answer(request)),
    close: () => Promise.resolve(),
  };
}

function line(level: string, message: string): Record<string, unknown> {
  return { at: Date.now(), level, message };
}

function answer({ url, body, method }: OutboundRequest): InboundResponse {
  const ok = (status: number, value: unknown): InboundResponse => ({
    status,
    headers: SDK,
    bodyText: JSON.stringify(value),
  });
  if (method === "PUT") return { status: 500, headers: {}, bodyText: "down" };
  const name = /fnId=shop-(\w+)/.exec(url)?.[1];
  const { steps } = JSON.parse(body ?? "{}") as { steps: Record<string, unknown> };
  switch (name) {
    case "fail":
      return {
        ...ok(400, { name: "CardError", message: 'Card 4242 of "ada" declined', stack: "at x" }),
        headers: { ...SDK, "x-inngest-no-retry": "true" },
      };
    case "wait":
      return ok(206, [
        {
          op: "WaitForEvent",
          id: STEP_ID,
          name: "shop/never",
          displayName: "until paid",
          opts: { event: "shop/never", timeout: "7d" },
        },
      ]);
    case "order":
      if (STEP_ID in steps) {
        const { bodyText, ...end } = ok(200, {
          answer: { ok: true },
          logs: [line("warn", "paid")],
        });
        return { ...end, bodyText, headers: { ...SDK, "x-everstep-logs": "enclosed" } };
      }
      return ok(206, [
        {
          op: "StepRun",
          id: STEP_ID,
          name: "charge",
          displayName: "charge",
          data: { paid: 1 },
          logs: [
            line("debug", "asking"),
            { ...line("info", "charging <b>"), step: STEP_ID, fields: { cents: 1e21, id: "7" } },
          ],
        },
      ]);
    default:
      return ok(200, "done");
  }
}
