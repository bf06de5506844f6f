// The URL of the runs page: what it says, what it survives, and what the API is asked.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clearFilters, countFilters, toggled, toRunFilter } from "./runs-filter.ts";
import {
  EMPTY_SEARCH,
  parseRunsUrl,
  RUN_STATUSES,
  toRunsUrl,
  type RunsSearch,
} from "./runs-search.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

describe("runs URL", () => {
  it("is empty for an unfiltered list", () => {
    expect(toRunsUrl(EMPTY_SEARCH)).toEqual({});
    expect(parseRunsUrl({})).toEqual(EMPTY_SEARCH);
  });

  it("is readable", () => {
    const search: RunsSearch = {
      ...EMPTY_SEARCH,
      status: ["RUNNING", "FAILED"],
      fn: ["shop-order"],
      range: { kind: "last", name: "24h" },
      query: "event.data.n > 5",
    };
    expect(toRunsUrl(search)).toEqual({
      status: ["running", "failed"],
      fn: ["shop-order"],
      last: "24h",
      q: "event.data.n > 5",
    });
  });

  it("leaves out what it does not understand", () => {
    const raw = {
      status: ["FAILED", "nonsense"],
      last: "toString",
      from: "yesterday",
      time: { deep: true },
      q: 5,
      order: [],
      fn: ["a", 7, null],
    };
    expect(parseRunsUrl(raw)).toEqual({
      ...EMPTY_SEARCH,
      status: ["FAILED"],
      query: "5",
      fn: ["a", "7"],
    });
  });

  it("reads what it wrote", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 4 });
    const moment = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
    fc.assert(
      fc.property(
        fc.record({
          status: fc.subarray([...RUN_STATUSES]),
          fn: names,
          app: names,
          event: names,
          time: fc.constantFrom("QUEUED_AT" as const, "STARTED_AT" as const, "ENDED_AT" as const),
          range: fc.oneof(
            fc.constant({ kind: "all" as const }),
            fc.constant({ kind: "last" as const, name: "7d" as const }),
            moment.map((date) => ({ kind: "between" as const, from: date.toISOString() })),
          ),
          query: fc.string().map((text) => text.trim()),
          order: fc.constantFrom("ASC" as const, "DESC" as const),
        }),
        (search) => {
          expect(parseRunsUrl({ ...toRunsUrl(search) })).toEqual(search);
        },
      ),
    );
  });
});

describe("runs filter", () => {
  it("asks for nothing without filters", () => {
    expect(toRunFilter(EMPTY_SEARCH, NOW_MS)).toEqual({});
  });

  it("turns a named range into a moment", () => {
    const search = { ...EMPTY_SEARCH, range: { kind: "last", name: "1h" } as const };
    expect(toRunFilter(search, NOW_MS)).toEqual({ from: "2026-11-21T11:00:00.000Z" });
  });

  it("counts the filters that are set and clears them", () => {
    const search: RunsSearch = { ...EMPTY_SEARCH, fn: ["a", "b"], query: "true", order: "ASC" };
    expect(countFilters(search)).toBe(2);
    expect(clearFilters(search)).toEqual({ ...EMPTY_SEARCH, order: "ASC" });
  });

  it("puts a value in and takes it out", () => {
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });
});
