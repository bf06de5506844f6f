// A report made in steps: reading is tried again by itself when it fails, and what was read is not read twice.
import { NonRetriableError } from "everstep";
import { everstep, reportRequested } from "./client.ts";

export const monthlyReport = everstep.createFunction(
  { id: "monthly-report", name: "Monthly report", retries: 3, triggers: [reportRequested] },
  async ({ event, step }) => {
    const { month } = event.data;
    const sales = await step.run("read-sales", () => {
      // Another attempt would not help: the run fails now.
      if (!/^\d{4}-\d{2}$/.test(month)) throw new NonRetriableError(`${month} is no month`);
      return [120, 80, 40];
    });
    await step.sleep("be-kind-to-the-database", "1s");
    return step.run("write-report", () => {
      const total = sales.reduce((sum, each) => sum + each, 0);
      console.log(`report of ${month}: ${total}`);
      return { month, total };
    });
  },
);
