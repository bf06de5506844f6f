// An order from click to parcel: parallel steps, a payment that is tried again, a wait for the warehouse with a timeout, and
// what has to be undone when it goes wrong.
import { NonRetriableError, type GetStepTools, type Logger } from "everstep";
import type { Client } from "../client.ts";
import { orderPlaced, parcelShipped, type OrderPlaced } from "../events.ts";
import type { Shop } from "../shop.ts";
import { chargeCard } from "./charge-card.ts";

type Steps = GetStepTools<Client>;

const PRICES: Readonly<Record<string, number>> = { mug: 12, shirt: 25 };
const SECONDS_TO_SHIP = 12;

export function createOrder(shop: Shop) {
  const { inngest, database, mail, people, say, pace } = shop;
  return inngest.createFunction(
    {
      id: "order",
      name: "Process an order",
      retries: 3,
      triggers: [orderPlaced],
      onFailure: async ({ event, error, step }) => {
        const { orderId } = event.data.event.data;
        await step.run("save-failed", async () => {
          await database.saveOrder(orderId, "failed");
          say(`order ${orderId}`, `✗ failed for good: ${error.message}`);
        });
      },
    },
    async ({ event, step, logger }) => {
      const order = event.data;
      const { orderId, email } = order;
      logger.info("order received", { orderId, items: order.items });
      const amount = await quote(shop, step, order);
      logger.info("price calculated", { amount });
      await step.run("reserve-stock", () => database.reserve(orderId, order.items));

      const chargeId = await charge(shop, step, { order, amount, logger });
      await step.run("hand-to-warehouse", async () => {
        await database.saveOrder(orderId, "paid");
        people.handToWarehouse(orderId);
        say(`order ${orderId}`, "… waits for the warehouse");
      });
      const shipped = await step.waitForEvent("wait-for-parcel", {
        event: parcelShipped,
        timeout: pace.text(SECONDS_TO_SHIP),
        if: "async.data.orderId == event.data.orderId",
      });
      if (shipped === null) {
        logger.warn("no parcel in time: the order is cancelled", { orderId, chargeId });
        return cancel(shop, step, { order, chargeId });
      }

      const { tracking } = shipped.data;
      await step.run("mail-tracking", async () => {
        await database.saveOrder(orderId, "shipped");
        await mail.send({ to: email, subject: `Order ${orderId} is on its way: ${tracking}` });
        say(`order ${orderId}`, "✓ shipped");
      });
      return { orderId, status: "shipped", tracking };
    },
  );
}

/** Three steps that run at the same time; the slowest decides how long it takes. */
async function quote(shop: Shop, step: Steps, order: OrderPlaced): Promise<number> {
  const [goods, shipping, tax] = await Promise.all([
    step.run("check-stock", () => checkStock(shop, order)),
    step.run("price-shipping", () => price(shop, order, "price-shipping", 5)),
    step.run("compute-tax", () => price(shop, order, "compute-tax", 3)),
  ]);
  return goods + shipping + tax;
}

interface Charge {
  readonly order: OrderPlaced;
  readonly amount: number;
  readonly logger: Logger;
}

/** Compensation: when the payment fails for good, what was reserved is released before the run fails. */
async function charge(shop: Shop, step: Steps, { order, amount, logger }: Charge): Promise<string> {
  try {
    // The charge travels as the step's result: a variable set inside a step is lost when the run is replayed.
    return await step.run("charge-card", () =>
      chargeCard({ ...shop, logger }, { ...order, amount }),
    );
  } catch (error) {
    await step.run("release-stock", async () => {
      await shop.database.release(order.orderId);
      shop.say(`order ${order.orderId}`, "↩ stock released, because the payment failed");
    });
    throw error;
  }
}

/** The parcel never came. */
async function cancel(
  { database, mail, payment, say }: Shop,
  step: Steps,
  { order, chargeId }: { readonly order: OrderPlaced; readonly chargeId: string },
): Promise<{ readonly orderId: string; readonly status: string }> {
  const { orderId, email } = order;
  await step.run("refund", async () => {
    await payment.refund(chargeId);
    await database.release(orderId);
    await database.saveOrder(orderId, "cancelled");
    say(`order ${orderId}`, "⏱ no parcel in time: refunded and cancelled");
  });
  await step.run("mail-cancelled", () =>
    mail.send({ to: email, subject: `Order ${orderId} is cancelled and refunded` }),
  );
  return { orderId, status: "cancelled" };
}

async function checkStock({ database, say }: Shop, order: OrderPlaced): Promise<number> {
  say(`order ${order.orderId}`, "→ check-stock  (one of three steps in parallel)");
  let total = 0;
  for (const { sku, quantity } of order.items) {
    if ((await database.stockOf(sku)) < quantity) {
      throw new NonRetriableError(`${sku} is out of stock`);
    }
    total += (PRICES[sku] ?? 0) * quantity;
  }
  say(`order ${order.orderId}`, `✓ check-stock: goods cost ${total}`);
  return total;
}

async function price(
  { database, say }: Shop,
  { orderId }: OrderPlaced,
  name: string,
  amount: number,
): Promise<number> {
  say(`order ${orderId}`, `→ ${name}`);
  await database.countOrders();
  say(`order ${orderId}`, `✓ ${name}: ${amount}`);
  return amount;
}
