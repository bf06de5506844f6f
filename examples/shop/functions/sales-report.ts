// A cron function: every minute, so that one sees it without waiting for the night.
import type { Shop } from "../shop.ts";

export function createSalesReport({ inngest, database, say }: Shop) {
  return inngest.createFunction(
    { id: "sales-report", name: "Sales report", triggers: [{ cron: "* * * * *" }] },
    async ({ step }) => {
      const counts = await step.run("count-orders", () => database.countOrders());
      await step.run("tell", () => {
        const parts = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
        say("every minute", `✓ sales report: ${parts.join(", ")}`);
      });
      return counts;
    },
  );
}
