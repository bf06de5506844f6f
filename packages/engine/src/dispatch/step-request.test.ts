// Requests that a step asked for: how its options become HTTP, and its answer a result.
import type { Timer } from "@everstep/core";
import type { JsonObject } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { TransportError } from "../ports.ts";
import { buildStepRequest, readStepResponse, stepRequestFailure } from "./step-request.ts";
import { transportFailure } from "./transport-failure.ts";

function aTimer(op: "Gateway" | "AIGateway", opts: JsonObject | undefined): Timer {
  return {
    id: 1,
    kind: "request",
    functionId: "f",
    dueAtMs: 0,
    orderKey: 0,
    attempt: 0,
    queuedAtMs: 0,
    op: {
      stepId: "a",
      op,
      name: "a",
      ...(opts === undefined ? {} : { optsJson: JSON.stringify(opts) }),
    },
  };
}

const URL_OPTS = { url: "https://api.example/v1?x=1" };

describe("buildStepRequest", () => {
  it("posts nothing by default", () => {
    expect(buildStepRequest(aTimer("Gateway", URL_OPTS), 500)).toEqual({
      url: URL_OPTS.url,
      method: "POST",
      headers: {},
      body: "",
      timeoutMs: 500,
      responseBytesMax: 4 * 1024 * 1024,
    });
  });

  it("takes method, headers and body as they were given", () => {
    const opts = {
      ...URL_OPTS,
      method: "put",
      headers: { "X-One": "1", "X-Two": ["a", "b"], "X-No": 7 },
      body: "raw",
    };
    expect(buildStepRequest(aTimer("Gateway", opts), 500)).toMatchObject({
      method: "PUT",
      headers: { "x-one": "1", "x-two": "a, b" },
      body: "raw",
    });
    expect(buildStepRequest(aTimer("Gateway", { ...URL_OPTS, body: { a: 1 } }), 1).body).toBe(
      '{"a":1}',
    );
  });

  it.each([undefined, {}, { url: 7 }, { url: "ftp://x" }, { url: "https://" }])(
    "[O10] refuses the address of %o",
    (opts) => {
      expect(() => buildStepRequest(aTimer("Gateway", opts), 500)).toThrow(
        /must be an http\(s\) URL/,
      );
    },
  );

  it.each([
    ["openai-chat", { authorization: "Bearer k" }, ""],
    ["anthropic", { "x-api-key": "k" }, ""],
    ["bedrock", { authorization: "k" }, ""],
    ["gemini", {}, "k"],
  ])("%s gets its key where it looks for it", (format, headers, inQuery) => {
    const opts = { ...URL_OPTS, format, auth_key: "k", body: { model: "m" } };
    const request = buildStepRequest(aTimer("AIGateway", opts), 500);
    expect(request.headers).toEqual({ "content-type": "application/json", ...headers });
    expect(new URL(request.url).searchParams.get("key") ?? "").toBe(inQuery);
    expect(request).toMatchObject({ method: "POST", body: '{"model":"m"}' });
  });

  it("gemini without a key asks without one", () => {
    const request = buildStepRequest(aTimer("AIGateway", { ...URL_OPTS, format: "gemini" }), 500);
    expect(request.url).toBe(URL_OPTS.url);
  });
});

describe("readStepResponse", () => {
  const headers = { "content-type": "application/json" };

  it("[O10] any status is a result of step.fetch", () => {
    const response = { status: 404, headers, bodyText: "gone" };
    expect(readStepResponse(aTimer("Gateway", {}), response, "http://x/")).toEqual({
      ok: true,
      status: 404,
      dataJson: `{"body":"gone","headers":${JSON.stringify(headers)},"status_code":404,"url":"http://x/"}`,
    });
  });

  it("[O10] inference gives the provider's JSON", () => {
    const response = { status: 200, headers, bodyText: '{"b":1, "a":2}' };
    expect(readStepResponse(aTimer("AIGateway", {}), response, "")).toEqual({
      ok: true,
      status: 200,
      dataJson: '{"a":2,"b":1}',
    });
  });

  it.each([
    [429, "slow down", "status 429"],
    [200, "<html>", "not JSON"],
  ])("[O10] inference that fails with %i is tried again", (status, bodyText, words) => {
    const result = readStepResponse(aTimer("AIGateway", {}), { status, headers, bodyText }, "");
    expect(result).toMatchObject({ ok: false, retriable: true, error: { name: "AIGatewayError" } });
    expect(JSON.stringify(result)).toContain(words);
  });
});

describe("failures", () => {
  it.each([
    ["Gateway", "GatewayError"],
    ["AIGateway", "AIGatewayError"],
  ] as const)("[O10] %s names its own", (op, name) => {
    const error = new TransportError("unreachable", "no connection");
    expect(stepRequestFailure(aTimer(op, {}), error)).toMatchObject({
      retriable: true,
      error: { name, message: "The request could not be made: no connection" },
    });
  });

  it("[U3] a call's failure says where and how to mend it, without the query", () => {
    const failure = transportFailure(
      "http://x/api?fnId=f",
      new TransportError("timed_out", "late"),
    );
    expect(failure).toMatchObject({ kind: "error", code: "timed_out", retriable: true });
    expect(JSON.stringify(failure)).toContain(
      "The call to http://x/api failed: late. Return earlier",
    );
    expect(transportFailure("http://x", "odd")).toMatchObject({
      code: "internal",
      error: { message: "The call to http://x failed: odd." },
    });
  });
});
