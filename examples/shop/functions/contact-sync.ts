// A function that fails for good: the other side is down, the attempts run out, onFailure tells a person. Beside it, one
// function that hears of every failure in the shop.
import { RetryAfterError } from "everstep";
import { contactChanged } from "../events.ts";
import type { Shop } from "../shop.ts";

const SECONDS_TO_NEXT_TRY = 2;

export function createContactSync({ inngest, mail, say, pace }: Shop) {
  return inngest.createFunction(
    {
      id: "contact-sync",
      name: "Copy a contact to the CRM",
      retries: 2,
      triggers: [contactChanged],
      onFailure: async ({ error, step }) => {
        await step.run("mail-operators", async () => {
          say("contact sync", `✗ failed for good after 3 attempts: ${error.message}`);
          await mail.send({ to: "operators@example.com", subject: "The CRM copy needs you" });
        });
      },
    },
    async ({ attempt, event, step }) => {
      await step.run("push-to-crm", () => {
        say("contact sync", `✗ attempt ${attempt + 1}: the CRM is down (${event.data.email})`);
        throw new RetryAfterError("the CRM answers 503", pace.text(SECONDS_TO_NEXT_TRY));
      });
    },
  );
}

export function createFailureLog({ inngest, say }: Shop) {
  return inngest.createFunction(
    { id: "failure-log", name: "Failure log", triggers: [{ event: "inngest/function.failed" }] },
    async ({ event, step }) => {
      await step.run("log", () => {
        const { function_id: functionId, run_id: runId } = event.data as Record<string, unknown>;
        say("failure log", `${String(functionId)} failed; look: everstep run ${String(runId)}`);
      });
    },
  );
}
