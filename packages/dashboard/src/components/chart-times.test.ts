// Words of a time axis in the user's language.
import { describe, expect, it } from "vitest";
import { axisTimes, legendTime } from "./chart-times.ts";

const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime() / 1_000;

describe("axisTimes", () => {
  it("writes hours of the user's clock, and the date where a day begins", () => {
    const times = [at(20, 18), at(20, 21), at(21, 0), at(21, 3)];
    expect(axisTimes(times, 10_800, "en-GB")).toEqual([
      "18:00\n20 Nov",
      "21:00",
      "00:00\n21 Nov",
      "03:00",
    ]);
    expect(axisTimes(times.slice(0, 1), 10_800, "en-US")).toEqual(["06:00 PM\nNov 20"]);
  });

  it("writes days alone when ticks are days", () => {
    expect(axisTimes([at(20, 0), at(21, 0)], 86_400, "en-GB")).toEqual(["20 Nov", "21 Nov"]);
  });
});

describe("legendTime", () => {
  it("writes day and time, and a dash where the pointer is nowhere", () => {
    expect(legendTime(at(20, 18), "en-GB")).toBe("20 Nov, 18:00");
    expect(legendTime(null)).toBe("–");
  });
});
