// Every workload runs to its end at a tiny size, on the real processes, so that none rots. Times are never checked: the
// machine that runs the tests is busy with them. The processes are shared, because starting them is most of the work.
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WORKLOADS } from "./all-workloads.ts";
import { parseBenchOptions } from "./bench-options.ts";
import { toFigure, type Figure, type Measurement } from "./figure.ts";
import { figuresMarkdown, figuresText } from "./report.ts";
import { Stage } from "./stage.ts";
import { median, percentile } from "./statistics.ts";
import type { BenchContext } from "./workload.ts";

const MEASURED: Measurement = {
  workload: "noop",
  name: "runs/s, v3",
  unit: "runs/s",
  samples: [1_400, 2_000, 1_900],
  ceilings: [2_000, 4_000, 2_000],
  better: "more",
  budget: { of: "ratio", atLeast: 0.6 },
};

describe("workloads", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ parent: tmpdir() });
  });
  afterAll(async () => {
    await stage.close();
  });

  function contextOf(isSeeding: boolean): BenchContext {
    return {
      size: "tiny",
      rounds: 1,
      isSeeding,
      withStage: (work) => work(stage),
      say: () => undefined,
    };
  }

  function expectSound(figures: readonly Figure[]): void {
    expect(figures.length).toBeGreaterThan(0);
    const unsound = figures.filter(
      ({ value, ceiling = 1 }) => !Number.isFinite(value) || !(ceiling > 0),
    );
    expect(unsound).toEqual([]);
  }

  it.each(WORKLOADS.map((workload) => [workload.name, workload] as const))(
    "%s measures something",
    async (_, workload) => {
      expectSound(await workload.run(contextOf(false)));
    },
  );

  it.each(["sleepers", "waiters"])(
    "%s seeded into the store behave as called ones",
    async (name) => {
      const workload = WORKLOADS.find((each) => each.name === name);
      expectSound((await workload?.run(contextOf(true))) ?? []);
    },
  );
});

describe("figures", () => {
  it("value and ceiling are medians, the ratio is the median of the rounds' ratios", () => {
    const figure = toFigure(MEASURED);
    expect(figure).toMatchObject({ value: 1_900, ceiling: 2_000, ratio: 0.7, verdict: "ok" });
  });

  it("a ratio of 1 is the ceiling, also where less is better", () => {
    const figure = toFigure({ ...MEASURED, samples: [20], ceilings: [10], better: "less" });
    expect(figure).toMatchObject({ ratio: 0.5, verdict: "below" });
  });

  it("budgets bound values from above and from below", () => {
    const { budget: _, ...unjudged } = MEASURED;
    expect(toFigure(unjudged).verdict).toBe("no budget");
    expect(toFigure({ ...unjudged, budget: { of: "value", atMost: 1_900 } }).verdict).toBe("ok");
    expect(toFigure({ ...unjudged, budget: { of: "value", atMost: 1_899 } }).verdict).toBe("below");
    expect(toFigure({ ...unjudged, budget: { of: "value", atLeast: 1_901 } }).verdict).toBe(
      "below",
    );
  });

  it("percentiles are of the nearest rank", () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([percentile(samples, 0.5), percentile(samples, 0.99)]).toEqual([50, 99]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(() => median([])).toThrow("samples: there are none");
  });

  it("tables name the budget, the ceiling and the verdict", () => {
    const figures = [toFigure(MEASURED)];
    expect(figuresText(figures)).toContain("at least 0.6 of the ceiling");
    expect(figuresMarkdown(figures)).toBe(
      [
        "| what             | value        | ceiling | ratio | budget                      | verdict |",
        "| ---------------- | ------------ | ------- | ----- | --------------------------- | ------- |",
        "| noop: runs/s, v3 | 1,900 runs/s | 2,000   | 0.70  | at least 0.6 of the ceiling | ok      |",
        "",
      ].join("\n"),
    );
  });
});

describe("options", () => {
  it("sizes set the rounds, --repeat overrides them", () => {
    expect(parseBenchOptions([])).toMatchObject({ size: "normal", rounds: 3, format: "text" });
    expect(parseBenchOptions(["noop", "--quick", "--json"])).toMatchObject({
      names: ["noop"],
      size: "quick",
      rounds: 1,
      format: "json",
    });
    expect(parseBenchOptions(["--full", "--repeat", "5"])).toMatchObject({
      size: "full",
      rounds: 5,
    });
  });

  it.each([
    [["--repeat", "0"], '--repeat is "0"'],
    [["--quick", "--full"], "--quick and --full"],
    [["--json", "--markdown"], "--json and --markdown"],
  ])("%j is refused", (argv, message) => {
    expect(() => parseBenchOptions(argv)).toThrow(message);
  });
});
