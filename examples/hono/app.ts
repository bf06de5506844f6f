// Hono on Node with one durable function. An engine in one terminal (npx everstep dev), this in another (npm start).
import { serve as listen } from "@hono/node-server";
import { Everstep, eventType, staticSchema } from "everstep";
import { serve } from "everstep/hono";
import { Hono } from "hono";

const everstep = new Everstep({ id: "hono-example" });

const orderPlaced = eventType("order/placed", {
  schema: staticSchema<{ orderId: string; items: string[] }>(),
});
const orderPaid = eventType("order/paid", { schema: staticSchema<{ orderId: string }>() });

const fulfil = everstep.createFunction(
  { id: "fulfil", name: "Fulfil an order", triggers: [orderPlaced] },
  async ({ event, step }) => {
    const { orderId, items } = event.data;
    // All at the same time, each with attempts of its own.
    const shelves = await Promise.all(
      items.map((item) => step.run(`reserve-${item}`, () => `shelf of ${item}`)),
    );
    const paid = await step.waitForEvent("wait-for-payment", {
      event: orderPaid,
      timeout: "7d",
      match: "data.orderId",
    });
    if (paid === null) return { status: "cancelled" };
    await step.run("ship", () =>
      console.log(`order ${orderId} shipped from ${shelves.join(", ")}`),
    );
    return { status: "shipped" };
  },
);

const app = new Hono();
// The engine calls here: it asks what functions there are, and runs their steps.
app.on(["GET", "POST", "PUT"], "/api/inngest", serve({ client: everstep, functions: [fulfil] }));

app.post("/orders/:id", async (context) => {
  const items = await context.req.json<string[]>();
  const orderId = context.req.param("id");
  const { ids } = await everstep.send(orderPlaced.create({ orderId, items }));
  return context.json({ eventIds: ids }, 202);
});

app.post("/orders/:id/payment", async (context) => {
  const { ids } = await everstep.send(orderPaid.create({ orderId: context.req.param("id") }));
  return context.json({ eventIds: ids }, 202);
});

const port = Number(process.env["PORT"] ?? "3000");
listen({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (address) => {
  console.log(`listening at http://127.0.0.1:${address.port}`);
});
