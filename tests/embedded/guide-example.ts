// The example of docs/guides/embedded.md; guide.test.ts runs it and holds both equal.
import { createEngine } from "@everstep/embedded";
import { Everstep } from "everstep";

const shop = new Everstep({ id: "shop" });

const ship = shop.createFunction(
  { id: "ship" },
  { event: "shop/order.placed" },
  async ({ event, step }) => {
    const label = await step.run("book-carrier", () => `label for ${event.data.orderId}`);
    await step.sleep("let-the-carrier-come", "1s");
    return { label };
  },
);

await using engine = await createEngine({ functions: [ship], data: "./shop.db" }).start();

// By an event: resolves when the event and its runs are on disk.
const { ids } = await shop.send({ name: "shop/order.placed", data: { orderId: "o-1" } });
const [run] = await engine.runsOf(ids[0] ?? "");
console.log(await run?.result());

// Or directly, like a function call that survives a crash.
const { label } = await engine.invoke(ship, { data: { orderId: "o-2" } });
console.log(label);
