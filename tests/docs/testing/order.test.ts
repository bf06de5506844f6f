// order.test.ts: the handler alone, without an engine.
import { mockStep } from "everstep";
import { describe, expect, it, vi } from "vitest";
import { payments, sellOrder } from "./order.ts";

const event = { name: "shop/order.placed", data: { orderId: "o-1" } };

describe("sell-order", () => {
  it("charges an approved order and tells the shop", async () => {
    const charge = vi.spyOn(payments, "charge").mockResolvedValue({ id: "ch-1" });
    const step = mockStep({
      results: { "wait-for-approval": { name: "shop/order.approved", data: { orderId: "o-1" } } },
    });

    const result = await sellOrder.handler({ event, step });

    expect(result).toEqual({ state: "sold", chargeId: "ch-1" });
    expect(charge).toHaveBeenCalledWith("o-1", expect.any(String));
    expect(step.sentEvents).toEqual([{ name: "shop/order.sold", data: { orderId: "o-1" } }]);
  });

  it("charges nothing when nobody approves", async () => {
    const charge = vi.spyOn(payments, "charge");
    const step = mockStep();

    expect(await sellOrder.handler({ event, step })).toEqual({ state: "expired" });

    expect(charge).not.toHaveBeenCalled();
    expect(step.calls).toMatchObject([{ id: "wait-for-approval", tool: "waitForEvent" }]);
  });

  it("fails when the card is declined", async () => {
    const step = mockStep({
      results: { "wait-for-approval": {}, "charge-card": new Error("card declined") },
    });

    await expect(sellOrder.handler({ event, step })).rejects.toThrow("card declined");

    expect(step.sentEvents).toEqual([]);
  });
});
