// A payment provider with an idempotency key, like real ones: charging twice with one key charges once. Two card numbers
// misbehave: the flaky one fails the first time, the declined one always.
import { setTimeout as pause } from "node:timers/promises";
import type { Pace } from "../pace.ts";

export const CARDS = { good: "4242", flaky: "4000-flaky", declined: "4000-declined" } as const;

export class CardDeclined extends Error {
  override readonly name = "CardDeclined";
}

class NetworkTimeout extends Error {
  override readonly name = "NetworkTimeout";
}

export interface Charge {
  readonly id: string;
  readonly amount: number;
}

export interface Payment {
  /** @throws CardDeclined, which will not get better; NetworkTimeout, which may. */
  charge(request: {
    readonly idempotencyKey: string;
    readonly card: string;
    readonly amount: number;
  }): Promise<Charge>;
  refund(chargeId: string): Promise<void>;
}

export function createPayment(pace: Pace): Payment {
  const charges = new Map<string, Charge>();
  const timedOut = new Set<string>();
  return {
    async charge({ idempotencyKey, card, amount }) {
      await pause(pace.ms(0.5));
      if (card === CARDS.declined) {
        throw new CardDeclined("the bank declined the card");
      }
      if (card === CARDS.flaky && !timedOut.has(idempotencyKey)) {
        timedOut.add(idempotencyKey);
        throw new NetworkTimeout("the card network did not answer");
      }
      const charge = charges.get(idempotencyKey) ?? { id: `ch_${idempotencyKey}`, amount };
      charges.set(idempotencyKey, charge);
      return charge;
    },
    async refund(chargeId) {
      await pause(pace.ms(0.3));
      for (const [key, charge] of charges) {
        if (charge.id === chargeId) {
          charges.delete(key);
        }
      }
    },
  };
}
