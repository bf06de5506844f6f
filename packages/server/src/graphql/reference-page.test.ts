// The examples and bounds of docs/reference/graphql.md hold.
import { readFileSync } from "node:fs";
import { parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { DOCUMENT_LIMITS } from "./document-bounds.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "./page-arguments.ts";
import { OBJECTS_PER_REQUEST_MAX } from "./request-context.ts";
import { runHistorySchema } from "./schema.ts";

const page = readFileSync(
  new URL("../../../../docs/reference/graphql.md", import.meta.url),
  "utf8",
);
const examples = [...page.matchAll(/^```graphql\n([^]*?)^```$/gm)].map((match) => match[1] ?? "");

describe("the reference page", () => {
  it("has examples", () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it.each(examples)("shows a valid document: %s", (example) => {
    expect(validate(runHistorySchema(), parse(example))).toEqual([]);
  });

  it("tells the bounds as they are", () => {
    const bounds = [
      `${DOCUMENT_LIMITS.depthMax} levels`,
      `${DOCUMENT_LIMITS.fieldsMax.toLocaleString("en")} fields`,
      `${OBJECTS_PER_REQUEST_MAX.toLocaleString("en")} objects`,
      `${DOCUMENT_LIMITS.charsMax.toLocaleString("en")}\ncharacters`,
      `${DOCUMENT_LIMITS.tokensMax.toLocaleString("en")} tokens`,
      `is ${PAGE_SIZE_DEFAULT} unless given, ${PAGE_SIZE_MAX} at most`,
    ];
    expect(bounds.filter((bound) => !page.includes(bound))).toEqual([]);
  });
});
