// Which text is a schedule, and its ticks across month ends, leap days and changes of local time.
import { EverstepError } from "@everstep/protocol";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { latestTickAtMs, nextTickAtMs, parseCron } from "./cron-schedule.ts";

/** The ticks after an instant, as ISO text without seconds. */
function ticks(text: string, after: string, count: number): string[] {
  const schedule = parseCron(text);
  const found: string[] = [];
  let atMs = Date.parse(after);
  for (let n = 0; n < count; n++) {
    const next = nextTickAtMs(schedule, atMs);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    atMs = next;
  }
  return found;
}

describe("[C1] what a schedule is", () => {
  it.each([
    ["0 0 * * *", "2024-01-02T00:00"],
    ["0 * * * *", "2024-01-01T13:00"],
    ["0 9 * * 1", "2024-01-08T09:00"],
    ["0 9 * * MON", "2024-01-08T09:00"],
    ["0 9 * * mon-fri", "2024-01-02T09:00"],
    ["0 0 * * 0", "2024-01-07T00:00"],
    ["0 0 * * 7", "2024-01-07T00:00"],
    ["0 0 1 jan,JUL *", "2024-07-01T00:00"],
    ["*/20 * * * *", "2024-01-01T12:20"],
    ["5/20 * * * *", "2024-01-01T12:05"],
    ["10-30/10 * * * *", "2024-01-01T12:10"],
    ["0 0 ? * *", "2024-01-02T00:00"],
    ["  0   9\t* * *  ", "2024-01-02T09:00"],
    ["TZ=Europe/Berlin 0 9 * * *", "2024-01-02T08:00"],
    ["CRON_TZ=America/New_York 0 9 * * *", "2024-01-01T14:00"],
    ["TZ=UTC 0 9 * * *", "2024-01-02T09:00"],
    ["TZ=Asia/Kolkata 30 5 * * *", "2024-01-02T00:00"],
  ])("%s ticks next at %s", (text, expected) => {
    expect(ticks(text, "2024-01-01T12:00:00Z", 1)).toEqual([expected]);
  });

  it.each([
    ["@daily", 'descriptors such as "@daily" are not supported'],
    ["TZ=UTC @hourly", 'descriptors such as "@hourly" are not supported'],
    ["@every 1h", 'descriptors such as "@every" are not supported'],
    ["", "it has 0 fields instead of 5"],
    ["* * * *", "it has 4 fields instead of 5"],
    ["0 0 0 * * *", "it has 6 fields instead of 5 (seconds are not supported)"],
    ["60 * * * *", '"60" is not a valid minute'],
    ["* 24 * * *", '"24" is not a valid hour'],
    ["* * 0 * *", '"0" is not a valid day of month'],
    ["* * 32 * *", '"32" is not a valid day of month'],
    ["* * * 13 *", '"13" is not a valid month'],
    ["* * * * 8", '"8" is not a valid day of week'],
    ["* * * * funday", '"funday" is not a valid day of week'],
    ["30-10 * * * *", '"30-10" is not a valid minute'],
    ["*/0 * * * *", '"*/0" is not a valid minute'],
    ["*-5 * * * *", '"*-5" is not a valid minute'],
    ["1,,2 * * * *", '"" is not a valid minute'],
    ["-1 * * * *", '"-1" is not a valid minute'],
    ["1.5 * * * *", '"1.5" is not a valid minute'],
    ["* * L * *", '"L" is not a valid day of month'],
    ["* * 15W * *", '"15W" is not a valid day of month'],
    ["* * * * 5#2", '"5#2" is not a valid day of week'],
    ["* * * * +1", '"+1" is not a valid day of week'],
    ["TZ=Mars/Olympus 0 0 * * *", '"Mars/Olympus" is not an IANA time zone'],
    ["TZ=+02:00 0 0 * * *", '"+02:00" is not an IANA time zone'],
    ["TZ= 0 0 * * *", '"" is not an IANA time zone'],
    ["TZ=UTC", "it has 0 fields instead of 5"],
    [`0 0 * * ${"1,".repeat(130)}1`, "it has 269 characters, at most 255 are allowed"],
  ])("%j is refused: %s", (text, reason) => {
    let error: unknown;
    try {
      parseCron(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(EverstepError);
    expect(error).toMatchObject({ code: "config_invalid", status: 400 });
    const { message } = error as EverstepError;
    expect(message.startsWith(`'${text.slice(0, 255)}`)).toBe(true);
    expect(message).toContain(`isn't a valid cron schedule: ${reason}. Use five fields`);
  });
});

describe("[C2] days", () => {
  it("ticks on either when both day fields are restricted", () => {
    expect(ticks("0 0 13 * 5", "2024-09-01T00:00:00Z", 5)).toEqual([
      "2024-09-06T00:00",
      "2024-09-13T00:00",
      "2024-09-20T00:00",
      "2024-09-27T00:00",
      "2024-10-04T00:00",
    ]);
    expect(ticks("0 0 */15 * 5", "2024-10-10T12:00:00Z", 3)).toEqual([
      "2024-10-11T00:00",
      "2024-10-16T00:00",
      "2024-10-18T00:00",
    ]);
  });

  it("ticks on the restricted field alone when the other contains a star", () => {
    expect(ticks("0 0 13 * ?", "2024-09-01T00:00:00Z", 2)).toEqual([
      "2024-09-13T00:00",
      "2024-10-13T00:00",
    ]);
    expect(ticks("0 0 */1 * 5", "2024-09-01T00:00:00Z", 2)).toEqual([
      "2024-09-06T00:00",
      "2024-09-13T00:00",
    ]);
    expect(ticks("0 0 *,3 * 5", "2024-09-01T00:00:00Z", 1)).toEqual(["2024-09-06T00:00"]);
  });

  it("finds month ends and leap days", () => {
    expect(ticks("0 0 31 * *", "2024-01-31T00:00:00Z", 3)).toEqual([
      "2024-03-31T00:00",
      "2024-05-31T00:00",
      "2024-07-31T00:00",
    ]);
    expect(ticks("0 0 29 2 *", "2024-02-29T00:00:00Z", 2)).toEqual([
      "2028-02-29T00:00",
      "2032-02-29T00:00",
    ]);
    expect(ticks("0 0 29 2 *", "2096-02-29T00:00:00Z", 1)).toEqual(["2104-02-29T00:00"]);
    expect(ticks("59 23 28-31 12 *", "2024-12-31T23:58:59Z", 2)).toEqual([
      "2024-12-31T23:59",
      "2025-12-28T23:59",
    ]);
  });

  it("answers undefined for a date that does not exist", () => {
    const never = parseCron("0 0 30 2 *");
    expect(nextTickAtMs(never, Date.UTC(2024, 0, 1))).toBeUndefined();
    const span = { afterMs: 0, untilMs: Date.UTC(2024, 0, 1) };
    expect(latestTickAtMs(never, span)).toBeUndefined();
  });
});

describe("[C3] from the instant given", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is strictly after it, to the millisecond", () => {
    const noon = parseCron("0 12 * * *");
    const tick = Date.UTC(2024, 0, 1, 12);
    expect(nextTickAtMs(noon, tick - 1)).toBe(tick);
    expect(nextTickAtMs(noon, tick)).toBe(tick + 86_400_000);
    expect(nextTickAtMs(noon, tick + 999)).toBe(tick + 86_400_000);
  });

  it.each([0, Date.UTC(2024, 0, 15), Date.UTC(2090, 5, 1)])(
    "ignores a clock that says %i",
    (clockMs) => {
      vi.useFakeTimers({ now: clockMs, toFake: ["Date"] });
      const schedule = parseCron(`TZ=Europe/Berlin ${clockMs % 59} 7 * * *`);
      const minutes = clockMs % 59;
      expect(nextTickAtMs(schedule, Date.UTC(2024, 0, 15, 12))).toBe(
        Date.UTC(2024, 0, 16, 6, minutes),
      );
      const span = { afterMs: Date.UTC(2024, 0, 1), untilMs: Date.UTC(2024, 0, 15, 12) };
      expect(latestTickAtMs(schedule, span)).toBe(Date.UTC(2024, 0, 15, 6, minutes));
    },
  );
});

describe("[C4] fixed times when local time changes", () => {
  it.each([
    [
      "America/New_York",
      "30 2 * * *",
      "2024-03-09T12:00:00Z",
      ["2024-03-10T07:00", "2024-03-11T06:30"],
    ],
    [
      "America/New_York",
      "30 1 * * *",
      "2024-11-02T12:00:00Z",
      ["2024-11-03T05:30", "2024-11-04T06:30"],
    ],
    [
      "Europe/Berlin",
      "30 2 * * *",
      "2024-03-30T12:00:00Z",
      ["2024-03-31T01:00", "2024-04-01T00:30"],
    ],
    [
      "Europe/Berlin",
      "30 2 * * *",
      "2024-10-26T12:00:00Z",
      ["2024-10-27T00:30", "2024-10-28T01:30"],
    ],
    [
      "Europe/Berlin",
      "0 9 * * *",
      "2024-03-30T12:00:00Z",
      ["2024-03-31T07:00", "2024-04-01T07:00"],
    ],
  ])("%s, %s after %s", (zone, fields, after, expected) => {
    expect(ticks(`TZ=${zone} ${fields}`, after, 2)).toEqual(expected);
  });
});

describe("[C5] repeating schedules when local time changes", () => {
  it.each([
    [
      "America/New_York",
      "0 * * * *",
      "2024-03-10T06:30:00Z",
      ["2024-03-10T07:00", "2024-03-10T08:00"],
    ],
    [
      "America/New_York",
      "*/30 1 * * *",
      "2024-11-03T04:59:00Z",
      ["2024-11-03T05:00", "2024-11-03T05:30", "2024-11-03T06:00", "2024-11-03T06:30"],
    ],
    [
      "Europe/Berlin",
      "*/30 2 * * *",
      "2024-03-30T12:00:00Z",
      ["2024-04-01T00:00", "2024-04-01T00:30"],
    ],
    [
      "Europe/Berlin",
      "0 2,3 * * *",
      "2024-10-26T12:00:00Z",
      ["2024-10-27T00:00", "2024-10-27T01:00", "2024-10-27T02:00"],
    ],
  ])("%s, %s after %s", (zone, fields, after, expected) => {
    expect(ticks(`TZ=${zone} ${fields}`, after, expected.length)).toEqual(expected);
  });
});

describe("[C6] the latest tick of a span", () => {
  it("counts the end and not the start", () => {
    const hourly = parseCron("0 * * * *");
    const hour = Date.UTC(2024, 0, 1, 5);
    expect(latestTickAtMs(hourly, { afterMs: 0, untilMs: hour })).toBe(hour);
    expect(latestTickAtMs(hourly, { afterMs: 0, untilMs: hour - 1 })).toBe(hour - 3_600_000);
    expect(latestTickAtMs(hourly, { afterMs: hour, untilMs: hour + 3_599_999 })).toBeUndefined();
    expect(latestTickAtMs(hourly, { afterMs: hour - 1, untilMs: hour + 3_599_999 })).toBe(hour);
  });

  it("does not step through a decade of minutes", () => {
    const everyMinute = parseCron("* * * * *");
    const untilMs = Date.UTC(2034, 0, 1, 0, 0, 30);
    // Visiting 5,256,000 ticks would take minutes; the test's time limit is the measure.
    expect(latestTickAtMs(everyMinute, { afterMs: Date.UTC(2024, 0, 1), untilMs })).toBe(
      untilMs - 30_000,
    );
  });

  it("is the last one that the next ticks pass, in every zone and season", () => {
    const fields = fc.constantFrom(
      "30 2 * * *",
      "*/30 1-3 * * *",
      "0 0 31 * *",
      "15 9 * * 1-5",
      "0 */6 1 * 0",
      "45 1 * * *",
    );
    const zone = fc.constantFrom("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe");
    const start = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2025, 0, 1) });
    const length = fc.integer({ min: 0, max: 20 * 86_400_000 });
    fc.assert(
      fc.property(fields, zone, start, length, (text, timeZone, afterMs, lengthMs) => {
        const schedule = parseCron(`TZ=${timeZone} ${text}`);
        const untilMs = afterMs + lengthMs;
        let last: number | undefined;
        for (
          let next = nextTickAtMs(schedule, afterMs);
          next !== undefined && next <= untilMs;
          next = nextTickAtMs(schedule, next)
        ) {
          last = next;
        }
        expect(latestTickAtMs(schedule, { afterMs, untilMs })).toBe(last);
      }),
      { numRuns: 300 },
    );
  });
});

it("keeps giving right answers when more schedules are in use than are kept ready", () => {
  for (let round = 0; round < 2; round++) {
    for (let minute = 0; minute < 60; minute++) {
      for (let hour = 0; hour < 10; hour++) {
        const next = nextTickAtMs(parseCron(`${minute} ${hour} * * *`), Date.UTC(2024, 0, 1) - 1);
        expect(next).toBe(Date.UTC(2024, 0, 1, hour, minute));
      }
    }
  }
});
