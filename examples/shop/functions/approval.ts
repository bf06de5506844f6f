// An expense that a person has to approve, with an end to the waiting.
import { expenseApproved, expenseSubmitted } from "../events.ts";
import type { Shop } from "../shop.ts";

const SECONDS_TO_APPROVE = 10;

export function createApproval(shop: Shop) {
  const { inngest, mail, people, say, pace } = shop;
  return inngest.createFunction(
    { id: "approval", name: "Expense approval", triggers: [expenseSubmitted] },
    async ({ event, step }) => {
      const { expenseId, amount, by } = event.data;
      await step.run("ask-manager", async () => {
        await mail.send({
          to: "manager@example.com",
          subject: `${by} wants ${amount} for ${expenseId}`,
        });
        people.askManager(expenseId);
      });

      const approval = await step.waitForEvent("wait-for-approval", {
        event: expenseApproved,
        timeout: pace.text(SECONDS_TO_APPROVE),
        if: "async.data.expenseId == event.data.expenseId",
      });

      return step.run("settle", () => {
        const approved = approval !== null;
        say(
          `expense ${expenseId}`,
          approved
            ? `✓ approved by ${approval.data.manager}`
            : "⏱ nobody answered in time: rejected",
        );
        return { expenseId, approved };
      });
    },
  );
}
