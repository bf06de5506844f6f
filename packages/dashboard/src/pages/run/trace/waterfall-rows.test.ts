// Rows of a waterfall: order and folding, loops, and ten thousand steps.
import { describe, expect, it } from "vitest";
import { mergeBars } from "./merged-bars.ts";
import { GROUP_STEPS_MIN, groupSteps, isGroup } from "./step-groups.ts";
import { attemptNode, runNode, stepNode } from "../../../data/testing/trace-samples.ts";
import type { TraceNode } from "../../../data/trace-node.ts";
import { rowsToUnfold, waterfallRows } from "./waterfall-rows.ts";

const NOTHING: ReadonlySet<string> = new Set();
const loop = (count: number, name: (index: number) => string): TraceNode[] =>
  Array.from({ length: count }, (_, index) =>
    stepNode(`s${index}`, {
      name: name(index),
      startedAtMs: index * 10,
      endedAtMs: index * 10 + 9,
    }),
  );

describe("waterfall rows", () => {
  const retried = stepNode("charge", { children: [attemptNode("1"), attemptNode("2")] });
  const root = runNode([stepNode("quote"), retried]);

  it("shows the run and its steps, attempts only when asked", () => {
    const ids = (toggled: ReadonlySet<string>): string[] =>
      waterfallRows(root, toggled).map((row) => `${row.depth} ${row.id}`);
    expect(ids(NOTHING)).toEqual(["0 root", "1 quote", "1 charge"]);
    expect(ids(new Set(["charge"]))).toEqual(["0 root", "1 quote", "1 charge", "2 1", "2 2"]);
    expect(ids(new Set(["root"]))).toEqual(["0 root"]);
  });

  it("says of each row where it stands among its siblings", () => {
    const row = waterfallRows(root, NOTHING)[2];
    expect(row).toMatchObject({ position: 2, setSize: 2, parentId: "root", canUnfold: true });
  });

  it("finds what must be unfolded to see an attempt or a step of a loop", () => {
    expect(rowsToUnfold(root, "2")).toEqual(["charge"]);
    expect(rowsToUnfold(root, "quote")).toEqual([]);
    expect(rowsToUnfold(runNode(loop(50, (index) => `n ${index}`)), "s30")).toEqual(["group:s0"]);
  });
});

describe("loops", () => {
  const shape = (nodes: readonly TraceNode[]): string[] =>
    groupSteps(nodes).map((each) =>
      isGroup(each) ? `${each.label} ×${each.nodes.length}` : each.name,
    );

  it("folds steps whose names differ in numbers only", () => {
    expect(shape(loop(100, (index) => `charge ${index}`))).toEqual(["charge # ×100"]);
  });

  it("folds a loop of several steps", () => {
    const turns = loop(100, (index) => (index % 2 === 0 ? "load" : "save"));
    expect(shape([stepNode("first"), ...turns])).toEqual(["first", "load, save ×100"]);
  });

  it("leaves a short stretch as it is", () => {
    const names = shape(loop(GROUP_STEPS_MIN - 1, () => "tick"));
    expect(names).toEqual(Array.from({ length: GROUP_STEPS_MIN - 1 }, () => "tick"));
  });

  it("lets a failed step of a loop stand alone", () => {
    const steps = loop(101, (index) => `charge ${index}`);
    steps[50] = stepNode("bad", { name: "charge 50", status: "FAILED" });
    expect(shape(steps)).toEqual(["charge # ×50", "charge 50", "charge # ×50"]);
  });

  it("keeps every step exactly once and in order", () => {
    const steps = loop(500, (index) => ["a", "b", "c", `x${index % 7}`, "a", "a"][index % 6] ?? "");
    const kept = groupSteps(steps).flatMap((each) => (isGroup(each) ? each.nodes : [each]));
    expect(kept).toEqual(steps);
  });

  it("lays out ten thousand steps of any kind quickly", () => {
    const kinds = [
      loop(10_000, (index) => `step ${index}`),
      loop(10_000, (index) => ["a", "b", "a", "c"][index % 4] ?? ""),
      loop(10_000, (index) => String.fromCodePoint(97 + ((index * index) % 26))),
    ];
    for (const steps of kinds) {
      const root = runNode(steps);
      const times = [1, 2, 3].map(() => {
        const startedMs = performance.now();
        expect(waterfallRows(root, NOTHING).length).toBeLessThanOrEqual(10_001);
        return performance.now() - startedMs;
      });
      // The fastest: what else the machine does can only add to it.
      expect(Math.min(...times)).toBeLessThan(250);
    }
  });
});

describe("merged bars", () => {
  it("draws no more bars than there are pixels, and shows the worst of each", () => {
    const steps = loop(10_000, () => "tick");
    steps[5_000] = stepNode("bad", { status: "FAILED", startedAtMs: 50_000, endedAtMs: 50_009 });
    const bars = mergeBars(steps, { fromMs: 0, untilMs: 100_000 }, 300, 0);
    expect(bars.length).toBeLessThanOrEqual(300);
    expect(bars.some((bar) => bar.status === "FAILED")).toBe(true);
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(10_000);
  });

  it("leaves out what lies outside the window", () => {
    const bars = mergeBars(
      loop(100, () => "tick"),
      { fromMs: 205, untilMs: 214 },
      1_000,
      0,
    );
    expect(bars.map(({ fromMs, untilMs }) => [fromMs, untilMs])).toEqual([
      [200, 209],
      [210, 219],
    ]);
  });

  it("keeps waits apart from work", () => {
    const nodes = [stepNode("a"), stepNode("b", { op: "SLEEP", startedAtMs: 10, endedAtMs: 90 })];
    expect(mergeBars(nodes, { fromMs: 0, untilMs: 100 }, 10, 0)).toHaveLength(2);
  });
});
