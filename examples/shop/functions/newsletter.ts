// Fan-out: one event becomes one event per subscriber, sent in batches; each starts a run of its own, three at a time.
import { newsletterDue, newsletterReady } from "../events.ts";
import type { Shop } from "../shop.ts";

const BATCH_SIZE = 4;
const DELIVERIES_AT_ONCE = 3;

export function createNewsletter({ inngest, database, say }: Shop) {
  return inngest.createFunction(
    { id: "newsletter", name: "Newsletter: fan out", triggers: [newsletterReady] },
    async ({ event, step, logger }) => {
      const subscribers = await step.run("read-subscribers", () => database.subscribers());
      const { subject } = event.data;
      const of = subscribers.length;
      logger.info("subscribers read", { count: of, batches: Math.ceil(of / BATCH_SIZE) });
      for (let start = 0; start < of; start += BATCH_SIZE) {
        const batch = subscribers.slice(start, start + BATCH_SIZE);
        await step.sendEvent(
          `send-batch-${start / BATCH_SIZE + 1}`,
          batch.map((email) => newsletterDue.create({ email, subject, of })),
        );
      }
      await step.run("tell", () =>
        say("newsletter", `→ ${of} events sent in batches of ${BATCH_SIZE}`),
      );
      return { recipients: of };
    },
  );
}

export function createNewsletterDelivery({ inngest, mail, say }: Shop) {
  let delivered = 0;
  return inngest.createFunction(
    {
      id: "newsletter-delivery",
      name: "Newsletter: one mail",
      concurrency: { limit: DELIVERIES_AT_ONCE },
      triggers: [newsletterDue],
    },
    async ({ event, step, logger }) => {
      const { email, subject, of } = event.data;
      await step.run("mail", async () => {
        await mail.send({ to: email, subject });
        logger.debug("mail handed over", { email });
        delivered += 1;
        if (delivered % of === 0) {
          say("newsletter", `✓ all ${of} mails sent, at most ${DELIVERIES_AT_ONCE} at once`);
        }
      });
      return { email };
    },
  );
}
