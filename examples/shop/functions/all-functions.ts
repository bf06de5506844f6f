// Every function of the shop, for its serve handler.
import type { InngestFunction } from "everstep";
import type { Shop } from "../shop.ts";
import { createApproval } from "./approval.ts";
import { createContactSync, createFailureLog } from "./contact-sync.ts";
import { createDrip } from "./drip.ts";
import { createNewsletter, createNewsletterDelivery } from "./newsletter.ts";
import { createOrder } from "./order.ts";
import { createSalesReport } from "./sales-report.ts";

export function createAllFunctions(shop: Shop): readonly InngestFunction.Any[] {
  return [
    createOrder(shop),
    createDrip(shop),
    createApproval(shop),
    createNewsletter(shop),
    createNewsletterDelivery(shop),
    createSalesReport(shop),
    createContactSync(shop),
    createFailureLog(shop),
  ];
}
