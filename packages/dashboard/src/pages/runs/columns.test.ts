// Chosen columns survive being saved, and nonsense does not hide the table.
import { expect, it } from "vitest";
import { DEFAULT_COLUMNS, parseColumns, toColumnsText } from "./columns.ts";

it("reads the columns that it saved", () => {
  expect(parseColumns(toColumnsText(["run", "error"]))).toEqual(["run", "error"]);
});

it("shows the default when nothing usable was saved", () => {
  expect(parseColumns(null)).toEqual(DEFAULT_COLUMNS);
  expect(parseColumns("gone,,constructor")).toEqual(DEFAULT_COLUMNS);
});
