// A series of mails to a new customer. In a real shop the pauses are days; a sleeping run costs nothing but its row on disk.
import { customerSignedUp } from "../events.ts";
import type { Shop } from "../shop.ts";

export function createDrip({ inngest, mail, say, pace }: Shop) {
  return inngest.createFunction(
    { id: "drip", name: "Drip campaign", triggers: [customerSignedUp] },
    async ({ event, step }) => {
      const { name, email } = event.data;
      await step.run("mail-welcome", () => mail.send({ to: email, subject: `Welcome, ${name}!` }));

      await step.sleep("wait-1-day", pace.text(6));
      await step.run("mail-guide", () => mail.send({ to: email, subject: "How to find things" }));

      await step.sleep("wait-3-days", pace.text(9));
      await step.run("mail-check-in", () =>
        mail.send({ to: email, subject: "How do you like it?" }),
      );

      await step.run("tell-end", () => say(`drip ${name}`, "✓ campaign complete"));
      return { mails: 3 };
    },
  );
}
