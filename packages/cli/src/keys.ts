// Signing keys and event keys: what a valid one looks like, and how a new one is made. Keys are never shown in errors.
import type { Io } from "./io.ts";

const SIGNING_KEY_PREFIX = /^signkey-[\w-]*?-(?=[0-9a-z]+$)/iu;
const KEY_BYTES = 32;

export interface KeyPair {
  readonly signingKey: string;
  readonly eventKey: string;
}

/** A pair from `io.randomBytes`: 256 bits each. */
export function newKeys(io: Pick<Io, "randomBytes">): KeyPair {
  const hex = (): string => Buffer.from(io.randomBytes(KEY_BYTES)).toString("hex");
  return { signingKey: `signkey-prod-${hex()}`, eventKey: hex() };
}

export function checkSigningKey(value: string): string | undefined {
  const hex = value.replace(SIGNING_KEY_PREFIX, "");
  if (hex === "" || !/^[0-9a-f]+$/iu.test(hex)) {
    return "it must be hex digits, with or without a prefix such as signkey-prod-; make one with: everstep keys new";
  }
  if (hex.length % 2 !== 0) {
    return `it must have an even number of hex digits and has ${hex.length}; make one with: everstep keys new`;
  }
  return undefined;
}

export function checkEventKey(value: string): string | undefined {
  // The key is one segment of the path /e/<key>.
  return /^[\w.~-]+$/u.test(value)
    ? undefined
    : "it must consist of letters, digits and - _ . ~ because it is part of a URL; make one with: everstep keys new";
}

/** What `everstep keys new` prints: a file of environment variables with the explanation as comments. */
export function keysText(keys: KeyPair): string {
  return `# Keys for everstep start. Keep them secret; keep them the same over restarts.
EVERSTEP_SIGNING_KEY=${keys.signingKey}
EVERSTEP_EVENT_KEY=${keys.eventKey}

# Start the server with them:
#   everstep keys new > everstep.env
#   set -a; . ./everstep.env; set +a; npx everstep start
# or: everstep start --signing-key <signing key> --event-key <event key>
# Your apps need the same two, and the server's address:
#   INNGEST_SIGNING_KEY, INNGEST_EVENT_KEY, INNGEST_BASE_URL=http://<this host>:8288
`;
}

/** Why `start` does not start without keys, and how to get them. */
export function keysMissingText(missing: readonly string[]): string {
  return `everstep start needs ${missing.join(" and ")}: without keys, whoever reaches the port could read and run everything.
  Make them:   everstep keys new
  Pass them:   everstep start --signing-key <signing key> --event-key <event key>
  or:          EVERSTEP_SIGNING_KEY=<signing key> EVERSTEP_EVENT_KEY=<event key> everstep start
  or:          "signing-key" and "event-key" in everstep.json
  On your own machine no keys are needed with: everstep dev`;
}
