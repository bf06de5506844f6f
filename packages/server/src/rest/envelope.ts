// The envelope of REST v1 (server.md 2.3): `{data, metadata}`. Answers are made from what is committed at this moment and
// are never cached, so `cached_until` is the time of the answer itself.
import { jsonText } from "../http/route.ts";

/** @param dataText JSON text. */
export function dataReply(dataText: string, nowMs: number, status = 200): Response {
  const at = JSON.stringify(new Date(nowMs).toISOString());
  return jsonText(
    `{"data":${dataText},"metadata":{"fetched_at":${at},"cached_until":${at}}}`,
    status,
    { "cache-control": "no-store" },
  );
}
