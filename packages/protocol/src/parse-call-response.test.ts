// Every kind of HTTP answer that protocol.md 3.1 and 3.3 tell apart.
import { describe, expect, it } from "vitest";
import { LIMITS } from "./limits.ts";
import type { CallResult } from "./op.ts";
import { parseCallResponse } from "./parse-call-response.ts";
import { hashStepId } from "./step-id.ts";

const sdk = { "x-inngest-sdk": "inngest-js:v4.24.0" };
const id = hashStepId("a");
const stepRun = { op: "StepRun", id, name: "a", data: 1 };

function parse(status: number, bodyText: string, headers: Record<string, string> = {}): CallResult {
  return parseCallResponse({ status, headers: { ...sdk, ...headers }, bodyText });
}

function errorOf(result: CallResult): Extract<CallResult, { kind: "error" }> {
  if (result.kind === "error") return result;
  throw new Error(`expected an error, got ${result.kind}`);
}

function outputOf(result: CallResult): string {
  if (result.kind === "done") return result.outputJson;
  throw new Error(`expected done, got ${result.kind}`);
}

describe("206: ops", () => {
  it("gives the ops, the version and the retry headers", () => {
    const headers = {
      "x-inngest-req-version": "2",
      "retry-after": "5",
      "x-inngest-no-retry": "false",
    };
    expect(parse(206, JSON.stringify([stepRun]), headers)).toMatchObject({
      kind: "ops",
      ops: [{ op: "StepRun", id, dataJson: "1" }],
      requestVersion: 2,
      noRetry: false,
      retryAfterText: "5",
      response: { status: 206, bodyBytes: JSON.stringify([stepRun]).length },
    });
  });

  it("takes one op without an array and ops wrapped in a JSON string", () => {
    for (const body of [stepRun, JSON.stringify([stepRun])]) {
      expect(parse(206, JSON.stringify(body))).toMatchObject({
        kind: "ops",
        ops: [{ id }],
        requestVersion: 0,
        noRetry: undefined,
      });
    }
  });

  it("reads an empty array as a single None", () => {
    expect(parse(206, "[]")).toMatchObject({ ops: [{ op: "None", id: "" }] });
  });

  it("takes an invalid version as 0", () => {
    for (const text of ["", "x", "-1", "1.5"]) {
      const result = parse(206, "[]", { "x-inngest-req-version": text });
      expect(result).toMatchObject({ requestVersion: 0 });
    }
  });

  it("marks step errors as final when the header says so, other ops not", () => {
    const error = { name: "E", message: "m" };
    const body = JSON.stringify([{ op: "StepError", id, error }, stepRun]);
    expect(parse(206, body, { "x-inngest-no-retry": "true" })).toMatchObject({
      noRetry: true,
      ops: [{ error: { ...error, noRetry: true } }, { op: "StepRun" }],
    });
    expect(parse(206, body)).toMatchObject({ ops: [{ error }, {}] });
  });

  it.each([
    ["", "op_invalid"],
    ["{", "op_invalid"],
    ["[null]", "op_invalid"],
    ['[{"op":"Teleport","id":"x"}]', "op_unknown"],
  ])("fails the attempt for %j", (bodyText, code) => {
    expect(errorOf(parse(206, bodyText))).toMatchObject({ code, retriable: true });
  });

  it("fails the attempt for nesting that cannot be walked", () => {
    const data = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
    const result = errorOf(parse(206, `[{"op":"StepRun","id":"${id}","data":${data}}]`));
    expect(result.code).toBe("output_invalid");
    expect(result.error.message).toMatch(/deeper/);
  });
});

describe("200: done", () => {
  it.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ["null", "null"],
    ["", "null"],
    ["5", "5"],
    ['"text"', '"text"'],
    ['"{\\"b\\":1,\\"a\\":2}"', '{"a":2,"b":1}'],
    ['"[1]"', "[1]"],
    ['"{not json"', '"{not json"'],
    ['"\\"[1]\\""', '"\\"[1]\\""'],
    ["<p>", '"<p>"'],
  ])("turns the body %j into %j", (bodyText, outputJson) => {
    expect(outputOf(parse(200, bodyText))).toBe(outputJson);
    expect(outputOf(parse(202, bodyText))).toBe(outputJson);
  });

  it("is a failure when the answer says not to retry", () => {
    const body = JSON.stringify({ name: "E", message: "m", stack: "s" });
    expect(errorOf(parse(200, body, { "x-inngest-no-retry": "true" }))).toMatchObject({
      retriable: false,
      error: { name: "E", message: "m", stack: "s" },
      outputJson: '{"message":"m","name":"E","stack":"s"}',
    });
  });
});

describe("errors of the function", () => {
  it.each([
    [500, {}, true],
    [400, {}, true],
    [500, { "x-inngest-no-retry": "true" }, false],
    [400, { "x-inngest-no-retry": "false" }, true],
    [400, { "x-inngest-sdk": "inngest-js:v1.9.0" }, false],
    [400, { "x-inngest-sdk": "inngest-js:v1.9.0", "x-inngest-no-retry": "false" }, true],
    [500, { "x-inngest-sdk": "inngest-js:v1.9.0" }, true],
  ] as const)("HTTP %i with %j is retriable: %s", (status, headers, retriable) => {
    const result = errorOf(parse(status, '{"message":"m"}', headers));
    expect(result.retriable).toBe(retriable);
    expect(result.code).toBeUndefined();
  });

  it.each([
    [
      '{"name":"E","message":"m","stack":"s","cause":{"name":"C","message":"c"}}',
      { name: "E", message: "m", stack: "s", cause: { name: "C", message: "c" } },
    ],
    ['{"message":"m"}', { name: "Error", message: "m" }],
    ['{"name":"E"}', { name: "E", message: "The app answered HTTP 500 without saying why." }],
    [
      '{"error":"step not found","requestedStep":"x"}',
      { name: "Error", message: "step not found" },
    ],
    ['{"error":{"name":"E","message":"m"}}', { name: "E", message: "m" }],
    ['{"name":"E","message":"","error":"E: m"}', { name: "E", message: "E: m" }],
    ['{"body":"{\\"name\\":\\"E\\",\\"message\\":\\"m\\"}"}', { name: "E", message: "m" }],
    ['"{\\"name\\":\\"E\\",\\"message\\":\\"m\\"}"', { name: "E", message: "m" }],
    ["plain text", { name: "Error", message: "plain text" }],
    ["{broken", { name: "Error", message: "{broken" }],
    ["", { name: "Error", message: "The app answered HTTP 500 without saying why." }],
    ["{}", { name: "Error", message: "The app answered HTTP 500 without saying why." }],
    ["[1]", { name: "Error", message: "[1]" }],
    ['{"code":7}', { name: "Error", message: '{"code":7}' }],
  ])("reads %s", (bodyText, error) => {
    expect(errorOf(parse(500, bodyText)).error).toEqual(error);
  });

  it("keeps Retry-After and leaves secrets out of the facts", () => {
    const headers = {
      "retry-after": "9",
      "set-cookie": "s",
      "x-inngest-signature": "t=1",
      server: "x",
    };
    const result = errorOf(parse(503, "{}", headers));
    expect(result.retryAfterText).toBe("9");
    expect(result.response?.headers).toEqual({ ...sdk, "retry-after": "9", server: "x" });
  });
});

describe("answers that are not of an SDK", () => {
  it("HTTP 401 says what an app in cloud mode wants, for that is the usual reason", () => {
    const result = errorOf(parseCallResponse({ status: 401, headers: {}, bodyText: "{}" }));
    expect(result.error.message).toContain("this server's signing key, or INNGEST_DEV=1");
    const other = errorOf(parseCallResponse({ status: 403, headers: {}, bodyText: "{}" }));
    expect(other.error.message).toContain("a proxy before it failed first");
  });

  it.each([
    [200, "Error"],
    [206, "Error"],
    [201, "Error"],
    [502, "Server returned a fatal error"],
  ])("HTTP %i fails the attempt as not_sdk, to be tried again", (status, name) => {
    const result = errorOf(parseCallResponse({ status, headers: {}, bodyText: "<html>" }));
    expect(result).toMatchObject({ code: "not_sdk", retriable: true, error: { name } });
    expect(result.error.message).toContain(`HTTP ${status}`);
    expect(result.error.message).toContain("x-inngest-sdk");
    expect(JSON.parse(result.outputJson)).toMatchObject({
      body: "<html>",
      message: result.error.message,
    });
  });
});

describe("201: streams", () => {
  function stream(inner: unknown, outerHeaders: Record<string, string> = sdk): CallResult {
    const bodyText = `${" ".repeat(20)}\n ${JSON.stringify(inner)}`;
    return parseCallResponse({ status: 201, headers: outerHeaders, bodyText });
  }

  it("unpacks ops and results, as text or as JSON, with the inner headers first", () => {
    const headers = { "X-Inngest-Req-Version": "2" };
    for (const body of [JSON.stringify([stepRun]), [stepRun]]) {
      expect(
        stream({ status: 206, headers, body }, { ...sdk, "x-inngest-req-version": "1" }),
      ).toMatchObject({
        kind: "ops",
        requestVersion: 2,
        ops: [{ id }],
        response: { status: 201 },
      });
    }
    expect(outputOf(stream({ status: 200, headers: {}, body: '{"b":1,"a":2}' }))).toBe(
      '{"a":2,"b":1}',
    );
    expect(outputOf(stream({ status: 200, body: { b: 1 } }))).toBe('{"b":1}');
    expect(outputOf(stream({ status: 201, body: "1" }))).toBe("1");
  });

  it("follows the inner status and no-retry header", () => {
    const headers = { "x-inngest-no-retry": ["true"] };
    expect(errorOf(stream({ status: 400, headers, body: '{"message":"m"}' }))).toMatchObject({
      retriable: false,
      error: { message: "m" },
    });
  });

  it("needs the SDK header outside or inside", () => {
    const inner = { status: 200, headers: sdk, body: "1" };
    expect(outputOf(stream(inner, {}))).toBe("1");
    expect(errorOf(stream({ ...inner, headers: {} }, {})).code).toBe("not_sdk");
  });

  it("fails the attempt for an error, a cut stream or a missing status", () => {
    expect(errorOf(stream({ status: 206, body: "", error: "boom" })).error.message).toBe("boom");
    expect(errorOf(parse(201, "      ")).code).toBe("stream_invalid");
    expect(errorOf(parse(201, '   {"status":200,"bo')).code).toBe("stream_invalid");
    expect(errorOf(stream({ body: "1" })).code).toBe("stream_invalid");
  });
});

describe("size", () => {
  it("refuses an answer beyond the bound without keeping it", () => {
    const result = errorOf(parse(200, "x".repeat(LIMITS.callResponseBytesMax + 1)));
    expect(result).toMatchObject({ code: "output_too_large", retriable: true });
    expect(result.outputJson.length).toBeLessThan(5_000);
    expect(result.error.message).toContain(String(LIMITS.callResponseBytesMax));
  });
});
