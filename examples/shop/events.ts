// The events of the shop, with the shape of their data. One place, so that senders and functions cannot disagree.
import { eventType, staticSchema } from "everstep";

export interface OrderPlaced extends Record<string, unknown> {
  readonly orderId: string;
  readonly email: string;
  readonly card: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

export const orderPlaced = eventType("shop/order.placed", { schema: staticSchema<OrderPlaced>() });

export const parcelShipped = eventType("shop/parcel.shipped", {
  schema: staticSchema<{ orderId: string; tracking: string }>(),
});

export const customerSignedUp = eventType("shop/customer.signed-up", {
  schema: staticSchema<{ name: string; email: string }>(),
});

export const expenseSubmitted = eventType("shop/expense.submitted", {
  schema: staticSchema<{ expenseId: string; amount: number; by: string }>(),
});

export const expenseApproved = eventType("shop/expense.approved", {
  schema: staticSchema<{ expenseId: string; manager: string }>(),
});

export const newsletterReady = eventType("shop/newsletter.ready", {
  schema: staticSchema<{ subject: string }>(),
});

export const newsletterDue = eventType("shop/newsletter.due", {
  schema: staticSchema<{ email: string; subject: string; of: number }>(),
});

export const contactChanged = eventType("shop/contact.changed", {
  schema: staticSchema<{ email: string }>(),
});
