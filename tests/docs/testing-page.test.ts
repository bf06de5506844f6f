// What the page about testing shows are the files that vitest runs here, word for word.
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { readText } from "../tidy/repository.ts";
import { getNamedFence, readFences } from "./harness/documents.ts";

const PAGE = "docs/testing.md";
const FOLDER = "tests/docs/testing";

it.each(readdirSync(new URL("testing/", import.meta.url)))(
  "%s is on the page as it runs",
  (name) => {
    expect(`${getNamedFence(PAGE, name).text}\n`).toBe(readText(`${FOLDER}/${name}`));
  },
);

it("nothing else is on the page", () => {
  const shown = readFences(PAGE).filter(({ language }) => language === "ts");
  expect(shown).toHaveLength(readdirSync(new URL("testing/", import.meta.url)).length);
});
