// Which failures are the same one: what differs from run to run does not tell them apart, everything else does.
import { describe, expect, it } from "vitest";
import { failureFingerprint, normalizeMessage } from "./failure-fingerprint.ts";

describe("normalizeMessage", () => {
  it.each([
    ["Card 4242 declined", "Card 9 declined"],
    ["timeout after 30.5 s", "timeout after 2 s"],
    ['user "ada" is unknown', 'user "bob" is unknown'],
    ["no row 0b1d9b0e-5c0e-4a39-9f0d-1f4b2f4b8a11", "no row 11111111-2222-4333-8444-555555555555"],
    ["run 01JABCDEFGHJKMNPQRSTVWXYZ0 is gone", "run 01M7Y4GTGZDFNDWEPH216GSZT7 is gone"],
    ["GET https://a.example/1 failed", "GET https://b.example/zwei?x=3 failed"],
    ["boom\n  at one.ts:3", "boom\n  at two.ts:9"],
  ])("takes %j and %j for the same", (left, right) => {
    expect(normalizeMessage(left)).toBe(normalizeMessage(right));
  });

  it.each([
    ["Card declined", "Card expired"],
    ["cannot read orders", "cannot read customers"],
    ["connection refused", "connection reset"],
    ["can't read the user's cart", "can't write the user's cart"],
  ])("tells %j from %j", (left, right) => {
    expect(normalizeMessage(left)).not.toBe(normalizeMessage(right));
  });

  it("stays quick and short for a message of any length", () => {
    expect(normalizeMessage(`${"'".repeat(2000)}${"a1".repeat(100_000)}`).length).toBeLessThan(
      2000,
    );
  });
});

describe("failureFingerprint", () => {
  const failure = {
    runId: "r",
    functionId: "f",
    endedAtMs: 1,
    errorName: "Error",
    errorMessage: "Card 1 declined",
    stepName: "charge",
  };

  it("does not depend on the run, its time or the values in its message", () => {
    const other = { ...failure, runId: "s", endedAtMs: 2, errorMessage: "Card 2 declined" };
    expect(failureFingerprint(other)).toBe(failureFingerprint(failure));
  });

  it.each([{ functionId: "g" }, { stepName: "refund" }, { errorName: "TypeError" }])(
    "differs with %o",
    (change) => {
      expect(failureFingerprint({ ...failure, ...change })).not.toBe(failureFingerprint(failure));
    },
  );
});
