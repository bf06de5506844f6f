// Opcodes as SDKs send them, and every reason to refuse them.
import { describe, expect, it } from "vitest";
import { LIMITS } from "./limits.ts";
import { OP_NAMES } from "./op.ts";
import { OpsError, parseOps } from "./parse-ops.ts";
import { hashStepId } from "./step-id.ts";

const id = hashStepId("a");

function errorOf(body: unknown): OpsError {
  try {
    parseOps(body);
  } catch (error) {
    if (error instanceof OpsError) return error;
    throw error;
  }
  throw new Error("the ops were taken");
}

describe("parseOps", () => {
  it("reads a step result as the JS SDK sends it, its data as canonical text", () => {
    const op = {
      op: "StepRun",
      id,
      name: "a",
      displayName: "A",
      opts: { type: "step.ai.wrap", input: [1] },
      data: { z: 1, a: [null] },
      error: null,
      timing: { a: 1_700_000_000_000_000_000, b: 2_500_000 },
      userland: { id: "a", index: 1 },
      metadata: [{ kind: "k" }],
    };
    expect(parseOps([op])).toEqual([
      {
        op: "StepRun",
        id,
        name: "a",
        displayName: "A",
        opts: { type: "step.ai.wrap", input: [1] },
        dataJson: '{"a":[null],"z":1}',
        timing: { startedAtMs: 1_700_000_000_000, durationMs: 2 },
        userland: { id: "a", index: 1 },
        metadata: [{ kind: "k" }],
      },
    ]);
  });

  it("takes one op without an array, and tells null data from no data", () => {
    expect(parseOps({ op: "StepRun", id, data: null })[0]?.dataJson).toBe("null");
    expect(parseOps({ op: "Sleep", id, name: "1h", opts: null })).toEqual([
      { op: "Sleep", id, name: "1h", opts: {} },
    ]);
    expect(parseOps([])).toEqual([]);
  });

  it("knows every op by its exact and its lower-case name, and keys in any case", () => {
    for (const op of OP_NAMES) {
      const error = { name: "E", message: "m" };
      expect(parseOps([{ op, id, error }])[0]?.op).toBe(op);
      expect(parseOps([{ OP: op.toLowerCase(), Id: id, ERROR: error }])[0]?.op).toBe(op);
    }
    expect(parseOps([{ op: "None" }])[0]?.id).toBe("");
  });

  it("names an unknown op", () => {
    for (const op of ["StepNotFound", "STEPRUN", 5, null, undefined]) {
      expect(errorOf([{ op: "None" }, { op, id }]).code).toBe("op_unknown");
    }
    expect(errorOf([{ op: "StepNotFound", id }]).message).toMatch(/Op 0 .*"StepNotFound"/);
  });

  it("refuses null entries and ops without id", () => {
    expect(errorOf([null]).message).toMatch(/Op 0 .* is null/);
    expect(errorOf(["x"]).code).toBe("op_invalid");
    expect(errorOf([{ op: "StepRun" }]).message).toMatch(/has no id/);
    expect(errorOf([{ op: "StepRun", id: 5 }]).code).toBe("op_invalid");
    expect(errorOf([{ op: "StepRun", id, opts: { input: "x" } }]).message).toMatch(/array/);
  });

  it("takes a failure without an error, as official SDKs report a thrown undefined", () => {
    for (const op of ["StepError", "StepFailed"]) {
      expect(parseOps([{ op, id }])[0]?.error).toEqual({
        name: "Error",
        message: "The step failed without an error: its code threw undefined or null",
      });
    }
  });

  it("keeps a step error whole and falls back to its serialised form in data", () => {
    const error = {
      name: "PaymentError",
      message: "declined",
      stack: "at x",
      data: { code: [1] },
      noRetry: true,
      cause: { name: "C", message: "c" },
    };
    expect(parseOps([{ op: "StepError", id, error }])[0]?.error).toEqual(error);
    const data = { __serialized: true, name: "E", message: "m", stack: "" };
    expect(parseOps([{ op: "StepFailed", id, data }])[0]?.error).toEqual({
      name: "E",
      message: "m",
      stack: "",
    });
  });

  it("bounds the number of ops and the bytes of input and output", () => {
    const many = Array.from({ length: LIMITS.opsPerResponseMax }, () => ({
      op: "StepPlanned",
      id,
    }));
    expect(parseOps(many)).toHaveLength(LIMITS.opsPerResponseMax);
    expect(errorOf([...many, many[0]]).code).toBe("ops_too_many");
    const fits = "x".repeat(LIMITS.stepOutputBytesMax - '{"data":""}'.length);
    expect(parseOps([{ op: "StepRun", id, data: fits }])).toHaveLength(1);
    expect(errorOf([{ op: "StepRun", id, data: `${fits}x` }]).code).toBe("output_too_large");
    const wide = "é".repeat(LIMITS.stepInputBytesMax / 2);
    expect(errorOf([{ op: "StepPlanned", id, opts: { input: [wide] } }]).code).toBe(
      "input_too_large",
    );
  });
});
