// The pure parts of the wire: durations, errors, JSON text and hashes.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NonRetriableError, RetryAfterError, StepError, TimeoutError } from "../errors.ts";
import { durationMsOf, durationToMs, isoText, timeText } from "./duration.ts";
import { roundTrip, safeStringify } from "./json-text.ts";
import { deserializeError, serializeError } from "./serialized-error.ts";
import { sha1Hex, stepHash } from "./step-hash.ts";

const temporal = (tag: string, members: object): never =>
  ({ [Symbol.toStringTag]: `Temporal.${tag}`, ...members }) as never;

describe("durations", () => {
  it.each([
    ["1h30m", 5_400_000],
    ["2 days", 172_800_000],
    ["1.5h", 5_400_000],
    ["500", 500],
    ["7 Days", 604_800_000],
    ["1w 2d", 777_600_000],
    ["300ms", 300],
    [1_000, 1_000],
    [temporal("Duration", { total: () => 42 }), 42],
  ])("%j are %d ms", (input, ms) => {
    expect(durationMsOf(input)).toBe(ms);
  });

  it.each(["", "soon", "1x", "h", "-5s", Number.NaN, Number.POSITIVE_INFINITY])(
    "refuse %j",
    (input) => {
      expect(() => durationMsOf(input, "retry.delay")).toThrow("retry.delay");
    },
  );

  it("are above 0 where they must be", () => {
    expect(() => durationToMs(0)).toThrow("above 0");
  });

  it.each([
    [90_061_000, "1d1h1m1s"],
    ["14d", "2w"],
    [300, "1s"],
    [1_999, "1s"],
    [0, "0s"],
    [-5, "0s"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    ["2027-01-15T08:00:00+02:00", "2027-01-15T06:00:00.000Z"],
    [temporal("Instant", { toString: () => "2027-01-01T00:00:00Z" }), "2027-01-01T00:00:00Z"],
    [
      temporal("ZonedDateTime", { toInstant: () => ({ toString: () => "2027-01-01T00:00:00Z" }) }),
      "2027-01-01T00:00:00Z",
    ],
  ])("%j are written %s", (input, text) => {
    expect(timeText(input, "time")).toBe(text);
  });

  it("refuse dates that are none", () => {
    expect(() => isoText(new Date("x"), "time")).toThrow("an invalid Date");
  });
});

describe("errors", () => {
  it("survive the wire with class, code and causes five deep", () => {
    let error: Error = new Error("level 7");
    for (let level = 6; level >= 1; level -= 1)
      error = new Error(`level ${level}`, { cause: error });
    const thrown = Object.assign(new RangeError("top", { cause: error }), { code: "E_TOP" });
    const back = deserializeError(JSON.parse(JSON.stringify(serializeError(thrown))));
    expect(back).toBeInstanceOf(RangeError);
    expect(back).toMatchObject({ message: "top", code: "E_TOP", stack: thrown.stack });
    const messages: string[] = [];
    for (let at: unknown = back.cause; at instanceof Error; at = at.cause)
      messages.push(at.message);
    expect(messages).toEqual([1, 2, 3, 4, 5].map((level) => `level ${level}`));
  });

  it.each([
    ["text", "text"],
    [{ a: 1 }, '{"a":1}'],
    [42, "42"],
    [undefined, "Unknown error"],
    [new Error(""), "Unknown error"],
  ])("that are no errors become readable: %j", (thrown, message) => {
    expect(serializeError(thrown)).toMatchObject({ name: "Error", message, __serialized: true });
  });

  it("do not loop over causes that name themselves", () => {
    const error = new Error("self");
    error.cause = error;
    expect(JSON.stringify(serializeError(error)).match(/self/g)?.length).toBeLessThan(20);
  });

  it("of other SDKs are read leniently", () => {
    expect(new StepError("a", { error: "only this" })).toMatchObject({
      name: "Error",
      message: "only this",
      stepId: "a",
    });
    expect(deserializeError({ nothing: 1 }).message).toContain("Unknown error");
  });

  it("say when to try again in whole seconds or as a date", () => {
    expect(new RetryAfterError("x", 1_001).retryAfter).toBe("2");
    expect(new RetryAfterError("x", "1m").retryAfter).toBe("60");
    expect(new RetryAfterError("x", new Date(0)).retryAfter).toBe("1970-01-01T00:00:00.000Z");
    // A limit that has been lifted already: the difference of two times.
    expect(new RetryAfterError("x", -500).retryAfter).toBe("1");
    expect(() => new RetryAfterError("x", "soon")).toThrow("retryAfter");
  });

  it("carry their cause and name", () => {
    const cause = new Error("why");
    expect(new NonRetriableError("x", { cause })).toMatchObject({
      name: "NonRetriableError",
      cause,
    });
    expect("cause" in new NonRetriableError("x")).toBe(false);
    expect(new TimeoutError("x", { stepId: "a" })).toMatchObject({
      name: "TimeoutError",
      stepId: "a",
    });
  });

  it("come back as our classes", () => {
    const back = deserializeError(serializeError(new NonRetriableError("x")));
    expect(back).toBeInstanceOf(NonRetriableError);
  });
});

describe("JSON text", () => {
  it("survives circles and drops bigints", () => {
    const value: Record<string, unknown> = { a: { b: 1n, c: 2 } };
    value["self"] = value;
    (value["a"] as Record<string, unknown>)["up"] = value["a"];
    expect(safeStringify(value)).toBe('{"a":{"c":2,"up":"[Circular ~.a]"},"self":"[Circular ~]"}');
    const shared = { n: 1n };
    expect(safeStringify([shared, shared])).toBe("[{},{}]");
  });

  it("is what results become", () => {
    expect(roundTrip(undefined)).toBeNull();
    expect(roundTrip(() => 1)).toBeNull();
    expect(roundTrip({ at: new Date(0), none: undefined, map: new Map() })).toEqual({
      at: "1970-01-01T00:00:00.000Z",
      map: {},
    });
    expect(roundTrip(Number.NaN)).toBeNull();
  });

  it("leaves errors of the author's toJSON alone", () => {
    const value = {
      toJSON: () => {
        throw new RangeError("mine");
      },
    };
    expect(() => safeStringify(value)).toThrow("mine");
  });
});

describe("step hashes", () => {
  it("are SHA-1, also after many others and for long ids", () => {
    const expected = (text: string): string => createHash("sha1").update(text).digest("hex");
    for (let index = 0; index < 40_000; index += 1) sha1Hex(`fill-${index}`);
    for (const id of ["a", "größe ✓", "x".repeat(1_000), "fill-0"])
      expect(sha1Hex(id)).toBe(expected(id));
    expect(stepHash("a", 2)).toBe(expected("a:2"));
  });
});
