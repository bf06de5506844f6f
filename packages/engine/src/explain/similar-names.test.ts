// Names that people may have meant.
import { describe, expect, it } from "vitest";
import { similarNames } from "./similar-names.ts";

const known = ["shop/order.created", "shop/order.paid", "user/signup", "shop/order.paid"];

describe("similarNames", () => {
  it.each([
    ["shop/order.create", ["shop/order.created", "shop/order.paid"]],
    ["Shop.Order-Paid", ["shop/order.paid", "shop/order.created"]],
    ["user/singup", ["user/signup"]],
    ["billing/invoice", []],
    ["", []],
  ])("[F84] %s", (name, wanted) => {
    expect(similarNames(name, known)).toEqual(wanted);
  });

  it("[F84] tells three at most, and takes long names without much work", () => {
    const many = Array.from({ length: 500 }, (_, index) => `${"x".repeat(5_000)}${index}`);
    expect(similarNames("x".repeat(10_000), many)).toHaveLength(3);
  });
});
