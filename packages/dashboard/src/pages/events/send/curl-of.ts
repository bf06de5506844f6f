// The request that sends an event, as a line for a shell. Pure. The payload is hostile text: in single quotes, with every
// quote of its own taken out of them, a shell reads none of it.
import type { SendEventBody } from "@everstep/api";

/** @param origin Of the server, such as http://127.0.0.1:8288. */
export function curlOf(body: SendEventBody, origin: string): string {
  const quoted = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
  return `curl -X POST ${origin}/e/dev -H 'content-type: application/json' -d '${quoted}'`;
}
