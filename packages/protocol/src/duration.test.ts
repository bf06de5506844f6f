// Durations and due times: the grammar by example, the round trip by property.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDuration,
  parseDurationMs,
  parseGoDurationMs,
  parseTimeOrDurationMs,
} from "./duration.ts";

describe("parseDurationMs", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["1s", 1_000],
    ["90m", 5_400_000],
    ["1d12h", 129_600_000],
    ["1w2d3h4m5s6ms", 788_645_006],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["1.s", 1_000],
    ["2.3s", 2_300],
    ["1.1s", 1_100],
    ["+2s", 2_000],
    ["-2s", -2_000],
    ["1000us", 1],
    ["1000\u00b5s", 1],
    ["1000\u03bcs", 1],
    ["100000000ns", 100],
    ["366d", 31_622_400_000],
  ])("reads %s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it("rounds what is finer than a millisecond up, so that nothing fires early", () => {
    expect(["1ns", "1us", "1.0001ms", "1ms1ns"].map(parseDurationMs)).toEqual([1, 1, 2, 2]);
  });

  it.each(["", " ", "1", "s", "1x", "1 s", "1s ", "-", "1h30", "1.2.3s", "1D", "300y", "99999w"])(
    "refuses %j",
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );

  it("keeps any whole duration through its text", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 9e12 }), (ms) => {
        expect(parseDurationMs(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe("parseGoDurationMs", () => {
  it("knows neither days nor weeks", () => {
    expect(parseGoDurationMs("24h")).toBe(86_400_000);
    expect(parseGoDurationMs("1d")).toBeUndefined();
    expect(parseGoDurationMs("1w")).toBeUndefined();
  });
});

describe("formatDuration", () => {
  it("is the shortest text in whole units", () => {
    expect([0, 93_600_000, 604_800_000, 1, 61_500, 0.2].map(formatDuration)).toEqual([
      "0s",
      "1d2h",
      "1w",
      "1ms",
      "1m1s500ms",
      "1ms",
    ]);
  });
});

describe("parseTimeOrDurationMs", () => {
  const nowMs = 1_700_000_000_000;

  it("counts durations from now and takes dates as they are, with their milliseconds", () => {
    expect(parseTimeOrDurationMs("1h", nowMs)).toBe(nowMs + 3_600_000);
    expect(parseTimeOrDurationMs("2026-01-02T03:04:05.678Z", nowMs)).toBe(
      Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    );
    expect(parseTimeOrDurationMs("2026-01-02T03:04:05+02:00", nowMs)).toBe(
      Date.UTC(2026, 0, 2, 1, 4, 5),
    );
    expect(parseTimeOrDurationMs("2001-01-02", nowMs)).toBe(Date.UTC(2001, 0, 2));
  });

  it("rounds nanoseconds up", () => {
    expect(parseTimeOrDurationMs("2026-01-02T03:04:05.678000001Z", nowMs)).toBe(
      Date.UTC(2026, 0, 2, 3, 4, 5, 679),
    );
  });

  it("agrees with Date for every ISO text that a Date makes", () => {
    const dates = fc.date({
      min: new Date("0001-01-01"),
      max: new Date("9999-12-31"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseTimeOrDurationMs(date.toISOString(), nowMs)).toBe(date.getTime());
      }),
    );
  });

  it.each([
    "",
    "soon",
    "2026-02-30",
    "2026-13-01",
    "2026-01-01T25:00:00Z",
    "2026-01-01T00:00:00+99:00",
  ])("refuses %j", (text) => {
    expect(parseTimeOrDurationMs(text, nowMs)).toBeUndefined();
  });
});
