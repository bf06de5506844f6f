// The events of the demonstration, a few seconds apart, so that one can read along.
import type { Client } from "./client.ts";
import {
  contactChanged,
  customerSignedUp,
  expenseSubmitted,
  newsletterReady,
  orderPlaced,
} from "./events.ts";
import { CARDS } from "./fakes/payment.ts";
import type { Say } from "./narrator.ts";
import type { Pace } from "./pace.ts";

interface Stop {
  readonly atSeconds: number;
  readonly title: string;
  readonly events: readonly { readonly name: string; readonly data: Record<string, unknown> }[];
}

/** Starts the tour. Returns a function that ends it early. `tag` keeps the ids of two starts apart. */
export function startTour(
  { inngest, say, pace }: { readonly inngest: Client; readonly say: Say; readonly pace: Pace },
  tag: string,
): () => void {
  const timers = stops(tag).map(({ atSeconds, title, events }) =>
    setTimeout(() => {
      say("you", title);
      inngest.send([...events]).catch((error: unknown) => say("you", `not sent: ${String(error)}`));
    }, pace.ms(atSeconds)),
  );
  return () => {
    for (const timer of timers) {
      clearTimeout(timer);
    }
  };
}

function stops(tag: string): readonly Stop[] {
  return [
    {
      atSeconds: 0,
      title: "an order: parallel steps, a payment that is tried again, a wait for the parcel",
      events: [order(`${tag}-1`, CARDS.flaky)],
    },
    {
      atSeconds: 4,
      title: "a new customer: three mails with pauses between them",
      events: [customerSignedUp.create({ name: "Ada", email: "ada@example.com" })],
    },
    {
      atSeconds: 7,
      title: "two expenses: one will be approved, one waits in vain",
      events: [
        expenseSubmitted.create({ expenseId: `${tag}-chair`, amount: 120, by: "Ken" }),
        expenseSubmitted.create({ expenseId: `${tag}-desk-lost`, amount: 480, by: "Ken" }),
      ],
    },
    {
      atSeconds: 12,
      title: "two orders that go wrong: a lost parcel and a declined card",
      events: [order(`${tag}-2-lost`, CARDS.good), order(`${tag}-3`, CARDS.declined)],
    },
    {
      atSeconds: 16,
      title: "a newsletter: one event becomes twelve",
      events: [newsletterReady.create({ subject: "New mugs" })],
    },
    {
      atSeconds: 20,
      title: "a contact for the CRM, which is down",
      events: [contactChanged.create({ email: "ada@example.com" })],
    },
  ];
}

function order(orderId: string, card: string): ReturnType<typeof orderPlaced.create> {
  const items = [{ sku: "mug", quantity: 2 }];
  return orderPlaced.create({ orderId, email: "ada@example.com", card, items });
}
