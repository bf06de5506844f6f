// Who may send events: in `dev` any key that is not blank, in `cloud` one of the configured keys (server.md 1.2). Keys are
// compared as digests, so neither their length nor a common start shows in the time.
import { createHash, timingSafeEqual } from "node:crypto";
import type { ServerKind } from "@everstep/protocol";

export interface EventKeyRefusal {
  readonly status: 401 | 503;
  readonly error: string;
}

/** Undefined when events may be sent with the key. */
export type EventKeyGuard = (key: string) => EventKeyRefusal | undefined;

export function createEventKeyGuard(
  serverKind: ServerKind,
  eventKeys: readonly string[] | undefined,
): EventKeyGuard {
  const digests = (eventKeys ?? []).filter((key) => key !== "").map(digest);
  return (key) => {
    if (key.trim() === "") {
      return { status: 401, error: "Event key is required: post to /e/<event key>." };
    }
    if (serverKind === "dev") return undefined;
    if (digests.length === 0) {
      return {
        status: 503,
        error:
          "Event keys are required to process events securely: start the server with --event-key.",
      };
    }
    const given = digest(key);
    let isKnown = false;
    for (const known of digests) isKnown = timingSafeEqual(known, given) || isKnown;
    if (isKnown) return undefined;
    return {
      status: 401,
      error:
        "Event key not found: use one of the server's event keys (INNGEST_EVENT_KEY of the sender).",
    };
  };
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
