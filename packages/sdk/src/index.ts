// The public face of the package.
export { Everstep, Everstep as Inngest } from "./client/everstep.ts";
export { EventSchemas } from "./schemas/event-schemas.ts";
export { cron, eventType, EventType, invoke, staticSchema } from "./schemas/event-type.ts";
export { referenceFunction } from "./functions/function-reference.ts";
