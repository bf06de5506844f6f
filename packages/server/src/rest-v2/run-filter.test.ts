// A page of runs with their outputs ends before it is too large to be answered, and leads on from there.
import type { RunHead } from "@everstep/core";
import { expect, it } from "vitest";
import type { ApiContext } from "./api-context.ts";
import { withOutputs } from "./run-filter.ts";

const MEGABYTE = 1024 * 1024;

function pageOf(count: number, outputBytes: number): Parameters<typeof withOutputs> {
  const runs = Array.from({ length: count }, (_, index) => ({
    id: `R${index}`,
    endedAtMs: index,
  })) as RunHead[];
  const history = {
    findRun: (id: string) => ({
      ...runs.find((run) => run.id === id),
      outputJson: "x".repeat(outputBytes),
    }),
  };
  const last = runs.at(-1);
  return [
    { history } as unknown as ApiContext,
    { runs, isCut: true, ...(last === undefined ? {} : { last }) },
  ];
}

it("takes a whole page that fits, with what was known of its end", async () => {
  const [context, page] = pageOf(10, 10);
  const found = await withOutputs(context, page);
  expect(found).toMatchObject({ isCut: true, last: { id: "R9" } });
  expect(found.runs.every(({ outputJson }) => outputJson?.length === 10)).toBe(true);
});

it("stops at the last run that fits, at least one", async () => {
  const cut = await withOutputs(...pageOf(10, 5 * MEGABYTE));
  expect(cut.runs.map(({ id }) => id)).toEqual(["R0", "R1", "R2"]);
  expect(cut).toMatchObject({ isCut: false, last: { id: "R2" } });
  const single = await withOutputs(...pageOf(2, 17 * MEGABYTE));
  expect(single.runs.map(({ id }) => id)).toEqual(["R0"]);
});
