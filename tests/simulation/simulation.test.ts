// A fixed number of seeds of the simulator, the seeds that once found something, and the proof that a seed replays exactly.
import { describe, expect, it } from "vitest";
import { REGRESSION_SEEDS } from "./regression-seeds.ts";
import { failureReport } from "./report.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 100;
const SEEDS_PER_TEST = 20;
const TIMEOUT_MS = 180_000;
const STARTS = Array.from(
  { length: SEEDS / SEEDS_PER_TEST },
  (_, index) => 1 + index * SEEDS_PER_TEST,
);

async function expectOk(seed: number): Promise<void> {
  const result = await simulate(seed);
  expect(failureReport(result)).toBe(`seed ${seed}: ok`);
}

describe("simulation", () => {
  it.each(STARTS)(
    "no rule is broken from seed %i on",
    async (start) => {
      for (let seed = start; seed < start + SEEDS_PER_TEST; seed += 1) await expectOk(seed);
    },
    TIMEOUT_MS,
  );

  it.each(REGRESSION_SEEDS.filter(({ seed }) => seed > SEEDS))(
    "seed $seed no longer finds that $found",
    async ({ seed }) => expectOk(seed),
    TIMEOUT_MS,
  );

  it("a seed replays exactly, with crashes in it", async () => {
    const [first, second] = [await simulate(11), await simulate(11)];
    expect(first.crashes).toBeGreaterThan(0);
    expect(first.calls).toBeGreaterThan(0);
    expect(second.hash).toBe(first.hash);
    expect(second.history.entries.length).toBe(first.history.entries.length);
  });

  it("seeds differ", async () => {
    const [first, second] = [await simulate(7), await simulate(12)];
    expect(second.hash).not.toBe(first.hash);
  });
});
