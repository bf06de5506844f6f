// The client: what this app is called, and where its events go.
import { Everstep, eventType, staticSchema } from "everstep";

export const everstep = new Everstep({ id: "nextjs-example" });

export const reportRequested = eventType("report/requested", {
  schema: staticSchema<{ month: string }>(),
});
