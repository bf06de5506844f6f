// The shop's client: where its events go.
import { Everstep } from "everstep";

export type Client = ReturnType<typeof createClient>;

// The SDK would print the stack of every failed attempt. The tour fails on purpose and says so itself, in one line; the
// stacks are in `everstep run ID`, and what functions log is in the dashboard and in `everstep run ID --logs`.
const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** @param engineUrl Origin of the engine, e.g. http://127.0.0.1:8288. */
export function createClient(engineUrl: string) {
  return new Everstep({ id: "shop", isDev: true, baseUrl: engineUrl, logger: QUIET });
}
