// Lines of apps: read where they are well formed, bounded, and never a reason to refuse an answer.
import { describe, expect, it } from "vitest";
import { LIMITS } from "./limits.ts";
import { parseLogLines } from "./log-line.ts";
import { parseCallResponse } from "./parse-call-response.ts";
import { parseOps } from "./parse-ops.ts";

const LINE = { at: 5, level: "info", message: "said" };
const READ = { atMs: 5, level: "info", message: "said" };
const HEADERS = { "x-inngest-sdk": "everstep-js:v0.1.0", "x-everstep-logs": "enclosed" };

describe("parseLogLines", () => {
  it("reads a line", () => {
    const line = { ...LINE, fields: { a: [1] }, step: "abc" };
    expect(parseLogLines([line])).toEqual([{ ...READ, fieldsJson: '{"a":[1]}', stepId: "abc" }]);
  });

  it.each([
    ["no list", "text"],
    ["no object", [null, 1, "x", []]],
    ["an unknown level", [{ ...LINE, level: "loud" }]],
    ["no message", [{ ...LINE, message: 5 }]],
    ["no time", [{ ...LINE, at: "now" }]],
    ["a time that is no integer", [{ ...LINE, at: 1e300 }]],
  ])("leaves out %s", (_name, value) => {
    expect(parseLogLines(value)).toEqual([]);
  });

  it("leaves out fields that are no object or too long, and steps that are no id", () => {
    const long = { text: "x".repeat(LIMITS.logFieldsCharsMax) };
    for (const fields of [[1], "x", null, long]) {
      expect(parseLogLines([{ ...LINE, fields, step: "s".repeat(200) }])).toEqual([READ]);
    }
  });

  it("is bounded", () => {
    const lines = Array.from({ length: 1_000 }, () => ({ ...LINE, message: "m".repeat(9_000) }));
    const read = parseLogLines(lines);
    expect(read).toHaveLength(LIMITS.logLinesPerMessageMax);
    expect(read[0]?.message).toHaveLength(LIMITS.logMessageCharsMax);
  });
});

describe("lines of an op", () => {
  it("come with it", () => {
    const op = { op: "StepRun", id: "a", logs: [LINE, "nonsense"] };
    expect(parseOps([op])).toMatchObject([{ op: "StepRun", logs: [READ] }]);
    expect(parseOps([{ op: "StepRun", id: "a" }])[0]).not.toHaveProperty("logs");
  });
});

describe("lines of an answer", () => {
  it.each([
    ["a result", 200, { kind: "done", outputJson: '{"a":1}' }],
    ["ops", 206, { kind: "error" }],
    ["an error", 500, { kind: "error", outputJson: '{"a":1}', retriable: true }],
  ])("come with %s", (_name, status, expected) => {
    const bodyText = JSON.stringify({ answer: { a: 1 }, logs: [LINE] });
    const result = parseCallResponse({ status, headers: HEADERS, bodyText });
    expect(result).toMatchObject({ ...expected, logs: [READ] });
    expect(result.response?.headers).not.toHaveProperty("x-everstep-logs");
  });

  it("come in a stream", () => {
    const body = JSON.stringify({ answer: "done", logs: [LINE] });
    const headers = { "x-everstep-logs": "enclosed" };
    const bodyText = `  ${JSON.stringify({ status: 200, headers, body })}`;
    const outer = { "x-inngest-sdk": "everstep-js:v0.1.0" };
    const result = parseCallResponse({ status: 201, headers: outer, bodyText });
    expect(result).toMatchObject({ kind: "done", outputJson: '"done"', logs: [READ] });
  });

  it.each(["not json", "5", '{"logs":[]}', `{"answer":${"[".repeat(2_000)}${"]".repeat(2_000)}}`])(
    "are absent where the body holds none: %#",
    (bodyText) => {
      const plain = parseCallResponse({
        status: 200,
        headers: { "x-inngest-sdk": "everstep-js:v0.1.0" },
        bodyText,
      });
      const result = parseCallResponse({ status: 200, headers: HEADERS, bodyText });
      expect(result.kind).toBe(plain.kind);
      expect(result.logs ?? []).toEqual([]);
    },
  );

  it("are not looked for without the header", () => {
    const bodyText = JSON.stringify({ answer: 1, logs: [LINE] });
    const headers = { "x-inngest-sdk": "everstep-js:v0.1.0" };
    const result = parseCallResponse({ status: 200, headers, bodyText });
    expect(result).toMatchObject({ kind: "done", outputJson: bodyText });
    expect(result).not.toHaveProperty("logs");
  });
});
