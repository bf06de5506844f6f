// Chosen columns survive being saved, and nonsense does not hide the table.
import { expect, it } from "vitest";
import { COLUMNS, COLUMN_IDS, DEFAULT_COLUMNS, parseColumns, toColumnsText } from "./columns.ts";

it("reads the columns that it saved", () => {
  expect(parseColumns(toColumnsText(["run", "error"]))).toEqual(["run", "error"]);
});

it("shows the default when nothing usable was saved", () => {
  expect(parseColumns(null)).toEqual(DEFAULT_COLUMNS);
  expect(parseColumns("gone,,constructor")).toEqual(DEFAULT_COLUMNS);
});

it("knows each column by its own id", () => {
  expect(COLUMN_IDS.map((id) => COLUMNS[id].id)).toEqual([...COLUMN_IDS]);
});
