// The step that talks to the payment provider: which of its errors are worth another attempt, and when.
import { NonRetriableError, RetryAfterError, type Logger } from "everstep";
import { CardDeclined } from "../fakes/payment.ts";
import type { Shop } from "../shop.ts";

const SECONDS_TO_NEXT_TRY = 3;

type Charging = Pick<Shop, "payment" | "pace" | "say"> & { readonly logger: Logger };

/**
 * @returns The charge's id.
 * @throws NonRetriableError when the bank said no, RetryAfterError when nobody said anything.
 */
export async function chargeCard(
  { payment, pace, say, logger }: Charging,
  order: { readonly orderId: string; readonly card: string; readonly amount: number },
): Promise<string> {
  const { orderId, card, amount } = order;
  const tell = (what: string): void => say(`order ${orderId}`, what);
  try {
    // The order's id is the provider's idempotency key: an attempt that is made again charges nobody twice.
    const { id } = await payment.charge({ idempotencyKey: orderId, card, amount });
    logger.info("card charged", { amount, chargeId: id });
    tell(`✓ charge-card: ${amount} paid`);
    return id;
  } catch (error) {
    logger.warn("the card could not be charged", { amount }, error);
    if (error instanceof CardDeclined) {
      tell(`✗ charge-card: ${error.message}; trying again would not help`);
      throw new NonRetriableError(error.message, { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    const delay = pace.text(SECONDS_TO_NEXT_TRY);
    tell(`✗ charge-card: ${reason}; again in ${delay}`);
    throw new RetryAfterError(reason, delay);
  }
}
