// Retry-After in every form of protocol.md 5.3.
import { describe, expect, it } from "vitest";
import { parseRetryAfterAtMs } from "./retry-after.ts";

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 0);
const dueMs = Date.UTC(2026, 0, 2, 3, 4, 5);

describe("parseRetryAfterAtMs", () => {
  it.each([
    "5",
    "2026-01-02T03:04:05Z",
    "2026-01-02T04:04:05+01:00",
    "2026-01-02 03:04:05",
    "Fri, 02 Jan 2026 03:04:05 GMT",
    "Fri, 02 Jan 2026 04:04:05 +0100",
    "Friday, 02-Jan-26 03:04:05 UTC",
    "Fri Jan  2 03:04:05 2026",
    "Fri Jan  2 03:04:05 GMT 2026",
    "Fri Jan 02 04:04:05 +0100 2026",
  ])("reads %s", (text) => {
    expect(parseRetryAfterAtMs(text, nowMs)).toBe(dueMs);
  });

  it("reads the minutes-only form of mail dates", () => {
    expect(parseRetryAfterAtMs("02 Jan 26 03:05 GMT", nowMs)).toBe(nowMs + 60_000);
  });

  it("keeps milliseconds and rounds finer fractions up", () => {
    expect(parseRetryAfterAtMs("2026-01-02T03:04:05.123Z", nowMs)).toBe(dueMs + 123);
    expect(parseRetryAfterAtMs("2026-01-02T03:04:05.1230001Z", nowMs)).toBe(dueMs + 124);
  });

  it("clamps to between one second and 24 hours from now", () => {
    expect(parseRetryAfterAtMs("2020-01-01T00:00:00Z", nowMs)).toBe(nowMs + 1_000);
    expect(parseRetryAfterAtMs("2030-01-01T00:00:00Z", nowMs)).toBe(nowMs + 86_400_000);
    expect(parseRetryAfterAtMs("9999999", nowMs)).toBe(nowMs + 86_400_000);
  });

  it.each([
    undefined,
    "",
    "0",
    "-5",
    "1.5",
    "soon",
    "12345678",
    "Fri, 31 Feb 2026 03:04:05 GMT",
    "Fri, 02 Foo 2026 03:04:05 GMT",
  ])("ignores %j", (text) => {
    expect(parseRetryAfterAtMs(text, nowMs)).toBeUndefined();
  });
});
