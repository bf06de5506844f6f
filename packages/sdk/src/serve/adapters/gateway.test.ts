// The adapters of platforms that pass events: AWS Lambda in both payload versions, RedwoodJS and DigitalOcean.
import { describe, expect, it } from "vitest";
import { testAdapter, type OpenApp } from "../testing/adapter-scenario.ts";
import { makeCallBody, makeClient, makeFunction } from "../testing/hand-made-app.ts";
import { serve as serveDigitalOcean, type DigitalOceanEvent } from "./digitalocean.ts";
import type { GatewayEvent, GatewayHandler } from "./gateway-exchange.ts";
import { serve as serveLambda } from "./lambda.ts";
import { serve as serveRedwood } from "./redwood.ts";

const URL_OF_APP = "https://app.test/api/inngest";

interface Result {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function appOf(call: (request: Request, body: string) => Promise<Result>): OpenApp {
  return {
    url: URL_OF_APP,
    send: async (request) => {
      const { statusCode, headers, body } = await call(request, await request.text());
      return new Response(body, { status: statusCode, headers });
    },
    close: () => undefined,
  };
}

function headersOf(request: Request): Record<string, string> {
  return { Host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
}

function version1(request: Request, body: string): GatewayEvent {
  const url = new URL(request.url);
  return {
    httpMethod: request.method,
    path: url.pathname,
    queryStringParameters: Object.fromEntries(url.searchParams),
    headers: headersOf(request),
    body: body === "" ? null : body,
    isBase64Encoded: false,
  };
}

function version2(request: Request, body: string): GatewayEvent {
  const url = new URL(request.url);
  return {
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    requestContext: { http: { method: request.method, path: url.pathname } },
    headers: headersOf(request),
    body: Buffer.from(body).toString("base64"),
    isBase64Encoded: true,
  };
}

const GATEWAYS: readonly (readonly [
  string,
  string,
  typeof serveLambda,
  (request: Request, body: string) => GatewayEvent,
])[] = [
  ["Lambda, payload 1.0", "aws-lambda", serveLambda, version1],
  ["Lambda, payload 2.0 in base64", "aws-lambda", serveLambda, version2],
  ["RedwoodJS", "redwoodjs", serveRedwood, version1],
];

describe.each(GATEWAYS)("%s", (name, frameworkName, serve, toEvent) => {
  testAdapter({
    name,
    frameworkName,
    canStream: false,
    open: (options) => {
      const handler: GatewayHandler = serve(options);
      return appOf((request, body) => handler(toEvent(request, body), {}));
    },
  });
});

it("Lambda waits for events that the function sent without awaiting", async () => {
  let isSent = false;
  const client = makeClient({
    flush: async () => {
      await Promise.resolve();
      isSent = true;
    },
  });
  const handler = serveLambda({ client, functions: [makeFunction(client, "hello")] });
  const request = new Request(`${URL_OF_APP}?fnId=app-hello`, { method: "POST" });
  const result = await handler(version1(request, JSON.stringify(makeCallBody())), {});
  expect([result.statusCode, isSent]).toEqual([200, true]);
});

describe("DigitalOcean", () => {
  const options = { serveOrigin: "https://app.test", servePath: "/api/inngest" };
  const call =
    (toEvent: (request: Request, body: string) => DigitalOceanEvent) =>
    (given: Parameters<typeof serveDigitalOcean>[0]): OpenApp => {
      const main = serveDigitalOcean(given);
      return appOf((request, body) => main(toEvent(request, body)));
    };
  testAdapter({
    name: "a function with parsed parameters",
    frameworkName: "digitalocean",
    canStream: false,
    options,
    open: call((request, body) => ({
      ...Object.fromEntries(new URL(request.url).searchParams),
      ...(body === "" ? {} : (JSON.parse(body) as object)),
      http: { method: request.method, headers: headersOf(request) },
    })),
  });
  testAdapter({
    name: "a raw function",
    frameworkName: "digitalocean",
    canStream: false,
    options,
    open: call((request, body) => ({
      http: {
        method: request.method,
        headers: headersOf(request),
        body,
        queryString: new URL(request.url).search.slice(1),
      },
    })),
  });

  it("must be told where it is", () => {
    expect(() => serveDigitalOcean({ client: makeClient(), functions: [] })).toThrow(/serveOrigin/);
  });
});
