// The error catalogue and its page hold each other: the same codes with the same status, each with its two sentences.
import { ERROR_CODES } from "@everstep/protocol";
import { describe, expect, it } from "vitest";
import { readLines } from "./repository.ts";

interface Row {
  readonly code: string;
  readonly status: number;
  readonly when: string;
  readonly remedy: string;
  readonly where: string;
}

const PAGE = "docs/reference/errors.md";
const ROW = /^\|\s*`([a-z_]+)`\s*\|\s*(\d{3})\s*\|([^|]*)\|([^|]*)\|$/;

const rows: readonly Row[] = readLines(PAGE).flatMap((line, index) => {
  const [, code, status, when, remedy] = ROW.exec(line) ?? [];
  if (code === undefined || when === undefined || remedy === undefined) return [];
  const where = `${PAGE}:${index + 1}`;
  return [{ code, status: Number(status), when: when.trim(), remedy: remedy.trim(), where }];
});
const catalogue = new Map<string, number>(Object.entries(ERROR_CODES));

describe("error catalogue", () => {
  it("every code has a row on the page", () => {
    const documented = new Set(rows.map(({ code }) => code));
    expect([...catalogue.keys()].filter((code) => !documented.has(code))).toEqual([]);
  });

  it("every row is a code of the catalogue, once, with its status", () => {
    const offenders = rows.filter(
      ({ code, status }, index) =>
        catalogue.get(code) !== status ||
        rows.slice(0, index).some((earlier) => earlier.code === code),
    );
    expect(offenders.map(({ where, code, status }) => `${where} ${code} ${status}`)).toEqual([]);
  });

  it("every row says when it happens and what to do", () => {
    const offenders = rows.filter(({ when, remedy }) => when === "" || remedy === "");
    expect(offenders.map(({ where, code }) => `${where} ${code}`)).toEqual([]);
  });
});
