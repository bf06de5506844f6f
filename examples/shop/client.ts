// The shop's client: where its events go.
import { Inngest } from "inngest";

export type Client = ReturnType<typeof createClient>;

/** @param engineUrl Origin of the engine, e.g. http://127.0.0.1:8288. */
export function createClient(engineUrl: string) {
  return new Inngest({ id: "shop", isDev: true, baseUrl: engineUrl });
}
