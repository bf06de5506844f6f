// Two runs side by side: steps by their ids, texts by their lines.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runNode, stepNode } from "../../data/testing/trace-samples.ts";
import { diffLines } from "./diff-lines.ts";
import { diffSteps, type OutputsEqual } from "./diff-steps.ts";

const run = (...ids: string[]): ReturnType<typeof runNode> =>
  runNode(ids.map((id) => stepNode(id)));
const shape = (
  left: ReturnType<typeof run>,
  right: ReturnType<typeof run>,
  equal?: OutputsEqual,
): string[] =>
  diffSteps(left, right, equal).map((row) => [row.kind, row.id, ...row.differences].join(" "));

describe("steps of two runs", () => {
  it("are the same when nothing is different", () => {
    expect(shape(run("a", "b"), run("a", "b"))).toEqual(["same a", "same b"]);
  });

  it("stand where their own run has them", () => {
    expect(shape(run("a", "b"), run("new", "a", "c", "d", "b"))).toEqual([
      "only_right new",
      "same a",
      "only_right c",
      "only_right d",
      "same b",
    ]);
    expect(shape(run("a", "gone", "b"), run("a", "b"))).toContain("only_left gone");
  });

  it("tell what changed", () => {
    const left = runNode([stepNode("a", { attempts: 1 }), stepNode("b")]);
    const right = runNode([stepNode("a", { attempts: 3, status: "FAILED" }), stepNode("b")]);
    expect(shape(left, right, ({ left: step }) => step?.id !== "b")).toEqual([
      "changed a status attempts",
      "changed b output",
    ]);
  });

  it("tell which step moved", () => {
    expect(shape(run("a", "b", "c"), run("a", "c", "b"))).toEqual([
      "same a",
      "same b",
      "changed c order",
    ]);
  });

  it("take ten thousand steps", () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `s${index}`);
    expect(diffSteps(run(...ids), run(...ids.slice(1)))).toHaveLength(10_000);
  });
});

describe("lines of two texts", () => {
  it("show what was put in, taken out and changed", () => {
    expect(diffLines("a\nb\nc", "a\nx\nc\nd").map(({ kind }) => kind)).toEqual([
      "same",
      "changed",
      "same",
      "only_right",
    ]);
  });

  it("give back both texts", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "")).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (left, right) => {
        const pairs = diffLines(left, right);
        const side = (name: "left" | "right"): string =>
          pairs.flatMap((pair) => pair[name] ?? []).join("\n");
        expect([side("left"), side("right")]).toEqual([left, right]);
        expect(
          pairs.every(({ kind, left: one, right: other }) => (kind === "same") === (one === other)),
        ).toBe(true);
      }),
    );
  });

  it("stay within bounds for very long texts", () => {
    const long = (mark: string): string =>
      Array.from({ length: 20_000 }, (_, index) => `${mark}${index}`).join("\n");
    expect(diffLines(long("a"), long("b"))).toHaveLength(20_000);
  });
});
