// The people outside the software: a warehouse that ships parcels and a manager who approves expenses. Both take their time
// and answer with an event. What they are handed with a name that ends in "lost" they never answer.
import type { Client } from "../client.ts";
import { expenseApproved, parcelShipped } from "../events.ts";
import type { Say } from "../narrator.ts";
import type { Pace } from "../pace.ts";

export interface People {
  handToWarehouse(orderId: string): void;
  askManager(expenseId: string): void;
  /** Everyone goes home. */
  stop(): void;
}

export function createPeople(inngest: Client, say: Say, pace: Pace): People {
  const tasks = new Set<NodeJS.Timeout>();
  const later = (seconds: number, who: string, act: () => Promise<unknown>): void => {
    const task = setTimeout(() => {
      tasks.delete(task);
      act().catch((error: unknown) => say(who, `could not answer: ${String(error)}`));
    }, pace.ms(seconds));
    tasks.add(task);
  };
  return {
    handToWarehouse(orderId) {
      if (!orderId.endsWith("lost")) {
        later(4, "warehouse", async () => {
          say("warehouse", `parcel of order ${orderId} is on its way`);
          await inngest.send(parcelShipped.create({ orderId, tracking: `PX-${orderId}` }));
        });
      }
    },
    askManager(expenseId) {
      if (!expenseId.endsWith("lost")) {
        later(5, "manager", async () => {
          say("manager", `approves expense ${expenseId}`);
          await inngest.send(expenseApproved.create({ expenseId, manager: "Grace" }));
        });
      }
    },
    stop() {
      for (const task of tasks) {
        clearTimeout(task);
      }
      tasks.clear();
    },
  };
}
