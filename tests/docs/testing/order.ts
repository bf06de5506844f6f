// order.ts: the function under test.
import { ConsoleLogger, Everstep, NonRetriableError } from "everstep";

// Quiet in tests.
const logger = new ConsoleLogger({ level: process.env["VITEST"] ? "silent" : "info" });
const inngest = new Everstep({ id: "shop", logger });

/** Your own services; tests replace what they do. */
export const payments = {
  charge: async (orderId: string, idempotencyKey: string): Promise<{ id: string }> => {
    const body = JSON.stringify({ orderId });
    const headers = { "idempotency-key": idempotencyKey };
    const response = await fetch("https://pay.example/charges", { method: "POST", headers, body });
    return (await response.json()) as { id: string };
  },
};

export const sellOrder = inngest.createFunction(
  { id: "sell-order" },
  { event: "shop/order.placed" },
  async ({ event, step }) => {
    const { orderId } = event.data;
    if (orderId === undefined) throw new NonRetriableError("The event has no orderId");
    const approval = await step.waitForEvent("wait-for-approval", {
      event: "shop/order.approved",
      match: "data.orderId",
      timeout: "7d",
    });
    if (approval === null) return { state: "expired" };
    const charge = await step.run("charge-card", ({ idempotencyKey }) =>
      payments.charge(orderId, idempotencyKey),
    );
    await step.sendEvent("tell-shop", { name: "shop/order.sold", data: { orderId } });
    return { state: "sold", chargeId: charge.id };
  },
);
