// New rows are held back while somebody reads, and only then.
import { expect, it } from "vitest";
import { holdBack } from "./held-rows.ts";

const rows = ["d", "c", "b", "a"].map((id) => ({ id }));

it("holds back what came in above the row that was first", () => {
  expect(holdBack(rows, "c")).toEqual({ rows: rows.slice(1), news: 1 });
});

it("shows everything at the top of the list, and when the row is gone", () => {
  expect(holdBack(rows, undefined)).toEqual({ rows, news: 0 });
  expect(holdBack(rows, "gone")).toEqual({ rows, news: 0 });
  expect(holdBack(rows, "d")).toEqual({ rows, news: 0 });
});
