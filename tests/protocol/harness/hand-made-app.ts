// An app that speaks the protocol by hand, without an SDK, so that it can answer wrongly. Its one function is registered
// by POST /fn/register and answers each call as the event's `scenario` says.
import type { ServerResponse } from "node:http";
import type { EngineClient } from "./engine-client.ts";
import { TestHttpServer } from "./http-server.ts";

export interface HandMadeCtx {
  readonly run_id: string;
  readonly fn_id: string;
  readonly attempt: number;
  readonly qi_id: string;
  readonly step_id: string;
}

export interface HandMadeRequest {
  readonly ctx: HandMadeCtx;
  readonly event: { readonly name: string; readonly data: Readonly<Record<string, unknown>> };
  readonly steps: Readonly<Record<string, unknown>>;
  readonly generation: number;
}

export type Scenario = (request: HandMadeRequest, response: ServerResponse) => void;

export const SDK_HEADERS = {
  "content-type": "application/json",
  "x-inngest-sdk": "inngest-js:v4.24.0",
  "x-inngest-req-version": "2",
} as const;

export interface HandMadeAppOptions {
  readonly appId: string;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly retries: number;
}

export class HandMadeApp {
  readonly appId: string;
  readonly calls: HandMadeRequest[] = [];
  readonly #server: TestHttpServer;

  private constructor(appId: string, server: TestHttpServer) {
    this.appId = appId;
    this.#server = server;
  }

  static async start(engine: EngineClient, options: HandMadeAppOptions): Promise<HandMadeApp> {
    const server = await TestHttpServer.listen((received, response) => {
      const parsed = JSON.parse(received.body) as Omit<HandMadeRequest, "generation">;
      const generation = Number(received.headers["x-inngest-generation-id"]);
      const request = { ...parsed, generation };
      app.calls.push(request);
      const scenario = options.scenarios[String(parsed.event.data["scenario"])];
      if (scenario === undefined) {
        answerJson(response, 200, "no such scenario");
        return;
      }
      scenario(request, response);
    });
    const app = new HandMadeApp(options.appId, server);
    const response = await engine.post("/fn/register", registration(app, server.url, options), {
      "x-inngest-sdk": "inngest-js:v4.24.0",
    });
    if (!response.ok) {
      throw new Error(`POST /fn/register: ${response.status} ${await response.text()}`);
    }
    await response.body?.cancel();
    return app;
  }

  callsOf(runId: string): HandMadeRequest[] {
    return this.calls.filter((call) => call.ctx.run_id === runId);
  }

  stop(): Promise<void> {
    return this.#server.close();
  }
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = SDK_HEADERS,
): void {
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function registration(app: HandMadeApp, url: string, options: HandMadeAppOptions): object {
  const appUrl = `${url}/api/inngest`;
  return {
    url: appUrl,
    deployType: "ping",
    framework: "hand",
    appName: app.appId,
    sdk: "js:v4.24.0",
    v: "0.1",
    functions: [
      {
        id: `${app.appId}-odd`,
        name: "odd",
        triggers: [{ event: `${app.appId}/odd` }],
        steps: {
          step: {
            id: "step",
            name: "step",
            runtime: { type: "http", url: `${appUrl}?fnId=${app.appId}-odd&stepId=step` },
            retries: { attempts: options.retries },
          },
        },
      },
    ],
  };
}
