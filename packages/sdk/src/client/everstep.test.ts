// The client's settings: mode, base URLs, keys and branch, from options and from variables, and signals.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { EventSchemas } from "../schemas/event-schemas.ts";
import type { ClientOptions } from "./client-options.ts";
import { serve } from "../serve/adapters/edge.ts";
import { Everstep } from "./everstep.ts";

const VARIABLES = [
  "NODE_ENV",
  "VERCEL_ENV",
  "CONTEXT",
  "ENVIRONMENT",
  "NETLIFY",
  "CF_PAGES",
  "RENDER",
  "DENO_DEPLOYMENT_ID",
  "RAILWAY_GIT_BRANCH",
  "RAILWAY_ENVIRONMENT",
  "BRANCH_NAME",
  "VERCEL_GIT_COMMIT_REF",
  "BRANCH",
  ...[
    "DEV",
    "BASE_URL",
    "API_BASE_URL",
    "EVENT_API_BASE_URL",
    "EVENT_KEY",
    "SIGNING_KEY",
    "ENV",
    "FAILURE_RUN_ID",
  ].flatMap((name) => [`INNGEST_${name}`, `EVERSTEP_${name}`]),
];

beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function clientWith(
  variables: Record<string, string>,
  options: Partial<ClientOptions> = {},
): Everstep {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return new Everstep({ id: "shop", ...options });
}

describe("mode", () => {
  it.each<[Record<string, string>, boolean | undefined, "dev" | "cloud", boolean]>([
    [{}, undefined, "dev", false],
    [{ NODE_ENV: "development" }, undefined, "dev", false],
    [{ NODE_ENV: "test" }, undefined, "dev", false],
    [{ NODE_ENV: "production" }, undefined, "cloud", false],
    [{ VERCEL_ENV: "preview" }, undefined, "cloud", false],
    [{ VERCEL_ENV: "development" }, undefined, "dev", false],
    [{ NETLIFY: "true" }, undefined, "cloud", false],
    [{ NODE_ENV: "production", INNGEST_DEV: "1" }, undefined, "dev", true],
    [{ NODE_ENV: "production", INNGEST_DEV: "" }, undefined, "cloud", false],
    [{ NODE_ENV: "production", INNGEST_DEV: "http://box:9000" }, undefined, "dev", true],
    [{ INNGEST_DEV: "0" }, undefined, "cloud", true],
    [{ INNGEST_DEV: "1", EVERSTEP_DEV: "false" }, undefined, "cloud", true],
    [{ INNGEST_DEV: "1" }, false, "cloud", true],
    [{ NODE_ENV: "production" }, true, "dev", true],
  ])("[R16] with %j and isDev %s is %s", (variables, isDev, mode, isExplicit) => {
    const client = clientWith(variables, { isDev });
    expect({ mode: client.mode, isExplicit: client.isModeExplicit }).toEqual({ mode, isExplicit });
  });
});

describe("a variable of the mode that says nothing", () => {
  function warningsOf(
    variables: Record<string, string>,
    options: Partial<ClientOptions> = {},
  ): unknown[] {
    const warnings: unknown[] = [];
    const warn = (text: unknown): void => void warnings.push(text);
    const logger = { info: () => {}, debug: () => {}, error: () => {}, warn };
    const client = clientWith(variables, { logger, ...options });
    for (let request = 0; request < 2; request += 1) {
      client.setEnvVars(variables);
      expect(client.mode).toBe(variables["NODE_ENV"] === "production" ? "cloud" : "dev");
    }
    return warnings;
  }

  it("is told once, with what it may be, in both modes", () => {
    expect(warningsOf({ INNGEST_DEV: "nonsense" })).toEqual([
      'INNGEST_DEV is "nonsense", which has no effect: the app is in dev mode by its environment. Set it to 1 or 0 (true, false, yes, no, on, off), or to the URL of a dev server, e.g. "http://localhost:8288".',
    ]);
    expect(warningsOf({ EVERSTEP_DEV: "ftp://box", NODE_ENV: "production" })).toEqual([
      expect.stringMatching(/^EVERSTEP_DEV is "ftp:\/\/box", which .* in cloud mode by its env/),
    ]);
    vi.unstubAllEnvs();
    expect(warningsOf({ INNGEST_DEV: "x".repeat(999) }, { isDev: true })).toEqual([
      expect.stringMatching(/^INNGEST_DEV is "x{100}…", which .* in dev mode by its isDev\./),
    ]);
  });

  it.each(["", "1", "true", "http://box:9000", "box:9000"])(
    "is none when it is %j",
    (INNGEST_DEV) => {
      expect(warningsOf({ INNGEST_DEV })).toEqual([]);
    },
  );
});

describe("base URLs", () => {
  it.each<[Record<string, string>, Partial<ClientOptions>, string, string]>([
    [{}, {}, "http://localhost:8288/", "http://localhost:8288/"],
    [{}, { isDev: false }, "https://api.inngest.com/", "https://inn.gs/"],
    [{ INNGEST_DEV: "http://box:9000" }, {}, "http://box:9000/", "http://box:9000/"],
    [{ INNGEST_DEV: "box:9000" }, {}, "http://box:9000/", "http://box:9000/"],
    [{ INNGEST_BASE_URL: "" }, {}, "http://localhost:8288/", "http://localhost:8288/"],
    [{ INNGEST_BASE_URL: "http://a" }, {}, "http://a/", "http://a/"],
    [{ INNGEST_BASE_URL: "http://a", EVERSTEP_BASE_URL: "http://b" }, {}, "http://b/", "http://b/"],
    [{ INNGEST_BASE_URL: "http://a", INNGEST_DEV: "http://c" }, {}, "http://a/", "http://a/"],
    [
      { INNGEST_BASE_URL: "http://a", INNGEST_API_BASE_URL: "http://api" },
      {},
      "http://api/",
      "http://a/",
    ],
    [
      { INNGEST_BASE_URL: "http://a", INNGEST_EVENT_API_BASE_URL: "http://ev" },
      {},
      "http://a/",
      "http://ev/",
    ],
    [{ INNGEST_BASE_URL: "http://a" }, { baseUrl: "http://o:1" }, "http://o:1/", "http://o:1/"],
    [
      { INNGEST_BASE_URL: "https://api.inngest.com", NODE_ENV: "production" },
      {},
      "https://api.inngest.com/",
      "https://inn.gs/",
    ],
  ])("[R16] with %j and %j are %s and %s", (variables, options, api, events) => {
    const client = clientWith(variables, options);
    expect([client.apiBaseUrl, client.eventBaseUrl]).toEqual([api, events]);
  });

  it("refuses what is no URL, naming it", () => {
    expect(() => new Everstep({ id: "shop", baseUrl: "localhost:8288" })).toThrow(
      '"baseUrl" is "localhost:8288": give a URL with its scheme',
    );
    expect(() => clientWith({ INNGEST_BASE_URL: "nowhere" }).apiBaseUrl).toThrow(
      "The variable BASE_URL is",
    );
  });
});

describe("keys, branch and runtime variables", () => {
  it("prefers options, then EVERSTEP_, then INNGEST_", () => {
    const variables = { INNGEST_EVENT_KEY: "i", EVERSTEP_EVENT_KEY: "e", INNGEST_SIGNING_KEY: "s" };
    const client = clientWith(variables);
    expect([client.eventKey, client.signingKey]).toEqual(["e", "s"]);
    expect(clientWith(variables, { eventKey: "o" }).eventKey).toBe("o");
  });

  it("finds the branch by its variables", () => {
    expect(clientWith({}).env).toBeUndefined();
    expect(clientWith({ VERCEL_GIT_COMMIT_REF: "feature" }).env).toBe("feature");
    expect(clientWith({ VERCEL_GIT_COMMIT_REF: "feature", INNGEST_ENV: "named" }).env).toBe(
      "named",
    );
    expect(clientWith({}, { env: "option" }).env).toBe("option");
  });

  it("takes the variables that a request hands over, until the next ones", () => {
    const client = clientWith({ INNGEST_EVENT_KEY: "process" });
    expect(client.setEnvVars({ INNGEST_EVENT_KEY: "request", INNGEST_DEV: "0" })).toBe(client);
    expect([client.eventKey, client.mode]).toEqual(["request", "cloud"]);
    client.setEnvVars({});
    expect([client.eventKey, client.mode]).toEqual(["process", "dev"]);
  });

  it("tells its own messages to the internal logger", async () => {
    const warn = vi.fn();
    const silent = { info() {}, warn() {}, error() {}, debug() {} };
    const client = clientWith({}, { logger: silent, internalLogger: { ...silent, warn } });
    await client.send([]);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("no events"));
  });

  it("needs an id", () => {
    expect(() => new Everstep({ id: " " })).toThrow("every app needs one");
    expect(() => new Everstep(undefined as never)).toThrow("every app needs one");
  });

  it("is ready at once and tells what it is", async () => {
    const client = clientWith({}, { appVersion: "1.2.3" });
    await client.ready;
    expect(Object.prototype.toString.call(client)).toBe("[object Inngest.App]");
    expect(client.appVersion).toBe("1.2.3");
  });
});

describe("checkEvent", () => {
  it("[R17] checks awaited events against the registry, or against an event type's own schema", async () => {
    const data = z.object({ at: z.date() });
    const client = clientWith({}, { schemas: new EventSchemas().fromRecord({ paid: { data } }) });
    const at = "2026-01-02T03:04:05.000Z";
    expect(await client.checkEvent({ name: "paid", data: { at } })).toMatchObject({
      data: { at: new Date(at) },
    });
    await expect(client.checkEvent({ name: "paid", data: {} })).rejects.toThrow(
      "data.at: Required",
    );
    const own = z.object({ n: z.number() });
    await expect(client.checkEvent({ name: "paid", data: { at } }, own)).rejects.toThrow("data.n:");
    expect(await client.checkEvent({ name: "other", data: {} })).toEqual({
      name: "other",
      data: {},
    });
  });
});

describe("sendSignal", () => {
  const signal = { signal: "approved", data: { by: "ada" } };

  function signalWorld(answer: Response) {
    const requests: Request[] = [];
    const stub = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      requests.push(new Request(input, init));
      return answer;
    };
    const client = new Everstep({
      id: "shop",
      isDev: true,
      signingKey: "signkey-test-00ff",
      fetch: stub,
    });
    return { client, requests };
  }

  it("posts the signal and gives the run that waited", async () => {
    const { client, requests } = signalWorld(Response.json({ data: { run_id: "r-1" } }));
    await expect(client.sendSignal({ ...signal, env: "b" })).resolves.toEqual({ runId: "r-1" });
    expect(requests[0]?.url).toBe("http://localhost:8288/v1/signals");
    expect(requests[0]?.headers.get("authorization")).toMatch(/^Bearer signkey-test-[0-9a-f]{64}$/);
    expect(requests[0]?.headers.get("x-inngest-env")).toBe("b");
    expect(await requests[0]?.json()).toEqual(signal);
  });

  it("gives no run when none waits", async () => {
    const { client } = signalWorld(new Response("", { status: 404 }));
    await expect(client.sendSignal(signal)).resolves.toEqual({});
  });

  it("says why the server refused it", async () => {
    const { client } = signalWorld(Response.json({ error: "bad signal" }, { status: 400 }));
    await expect(client.sendSignal(signal)).rejects.toThrow(
      '"approved" could not be sent: the server answered 400: bad signal',
    );
  });
});

describe("keys that serve was given", () => {
  it("are the client's too, before variables and after its own options", () => {
    const served = clientWith({ INNGEST_SIGNING_KEY: "signkey-test-00" });
    serve({ client: served, functions: [], signingKey: "signkey-test-01", signingKeyFallback: "" });
    expect([served.signingKey, served.signingKeyFallback]).toEqual(["signkey-test-01", undefined]);
    const own = clientWith({}, { signingKey: "signkey-test-02" });
    serve({ client: own, functions: [], signingKeyFallback: "signkey-test-03" });
    expect([own.signingKey, own.signingKeyFallback]).toEqual([
      "signkey-test-02",
      "signkey-test-03",
    ]);
  });
});

describe("runId in failure handlers", () => {
  it("[R11] is the failed run's unless option or variable ask for the handler's own", () => {
    expect(clientWith({}).failureRunId).toBe("failed");
    expect(clientWith({ EVERSTEP_FAILURE_RUN_ID: "own" }).failureRunId).toBe("own");
    expect(clientWith({}, { failureRunId: "failed" }).failureRunId).toBe("failed");
  });
});
