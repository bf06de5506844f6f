// order-engine.test.ts: the same function on a real engine in memory.
import { createEngine, RunError } from "@everstep/embedded";
import { afterEach, describe, expect, it, vi } from "vitest";
import { payments, sellOrder } from "./order.ts";
import { TestClock } from "./test-clock.ts";

afterEach(() => vi.restoreAllMocks());

describe("sell-order on an engine", () => {
  it("tries the charge again with the same key", async () => {
    const charge = vi
      .spyOn(payments, "charge")
      .mockRejectedValueOnce(new Error("the bank is away"))
      .mockResolvedValue({ id: "ch-1" });
    const options = { functions: [sellOrder], data: ":memory:", retryInterval: 1 };
    await using engine = await createEngine(options).start();
    const { ids } = await engine.send({ name: "shop/order.placed", data: { orderId: "o-1" } });
    const [run] = await engine.runsOf(ids[0] ?? "");
    // The wait counts only what comes after it, so the approval is sent until it is heard.
    await vi.waitFor(async () => {
      await engine.send({ name: "shop/order.approved", data: { orderId: "o-1" } });
      expect(charge).toHaveBeenCalled();
    });

    expect(await run?.result()).toEqual({ state: "sold", chargeId: "ch-1" });

    const keys = charge.mock.calls.map(([, key]) => key);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("expires after seven days", async () => {
    const clock = new TestClock();
    const options = { functions: [sellOrder], data: ":memory:", clock };
    await using engine = await createEngine(options).start();
    const run = await engine.startRun(sellOrder, { data: { orderId: "o-1" } });

    await clock.skip(7 * 86_400_000);

    expect(await run.result()).toEqual({ state: "expired" });
  });

  it("fails at once without an order", async () => {
    await using engine = await createEngine({ functions: [sellOrder], data: ":memory:" }).start();

    const invoked = engine.invoke(sellOrder, { data: {} });

    await expect(invoked).rejects.toThrow(RunError);
    await expect(invoked).rejects.toThrow("The event has no orderId");
  });
});
