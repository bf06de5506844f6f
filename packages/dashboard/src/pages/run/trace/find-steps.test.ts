// What finds a step: its name, its status, what it does, what it waits for.
import { describe, expect, it } from "vitest";
import { stepNode } from "../../../data/testing/trace-samples.ts";
import { findSteps } from "./find-steps.ts";

const timeout = "2026-01-01T00:00:00Z";
const root = {
  ...stepNode("root", { kind: "RUN" }),
  children: [
    stepNode("a", { name: "Charge card 1" }),
    stepNode("b", { name: "charge card 2", status: "FAILED" }),
    stepNode("c", { name: "pause", op: "SLEEP" }),
    stepNode("d", {
      name: "answer",
      op: "WAIT_FOR_EVENT",
      info: { type: "WAIT_FOR_EVENT", eventName: "shop/order.paid", timeout },
    }),
    stepNode("e", { name: "mail", attempts: 3 }),
  ],
};

describe("findSteps", () => {
  it.each([
    ["card", ["a", "b"]],
    ["CARD failed", ["b"]],
    ["sleep", ["c"]],
    ["wait for event", ["d"]],
    ["order.paid", ["d"]],
    ["retried", ["e"]],
    ["nothing like it", []],
  ])("finds by %j", (text, ids) => {
    const found = findSteps(root, text);
    expect(found?.root.children.map(({ id }) => id)).toEqual(ids);
    expect(found?.count).toBe(ids.length);
  });

  it("asks for nothing without a word", () => {
    expect(findSteps(root, "  ")).toBeUndefined();
  });
});
