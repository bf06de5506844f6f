// Byte for byte: what official version 3 and ours answer to the same requests. One file a version: the two official ones cannot
// live in one process.
import * as official from "inngest3";
import { serve } from "inngest3/edge";
import type { Allowed } from "./compare.ts";
import { NAMES, PLAIN, SENT } from "./allowed-differences.ts";
import { describeWire } from "./wire-scenario.ts";

const LAST = "ours says itself that the last attempt was the last; the engine counts them too";

const CALLS: readonly Allowed[] = [
  { pattern: /^status: 500 \| 400$/, reason: LAST },
  { pattern: /^headers\.x-inngest-no-retry: "false" \| "true"$/, reason: LAST },
];

const OWN_PLAIN: readonly Allowed[] = [
  {
    pattern: /^body\.extra\.is_mode_explicit: true \| undefined$/,
    reason: "left out since version 4",
  },
  { pattern: /^body\.inspection\.extra\.is_mode_explicit: true \| undefined$/, reason: "the same" },
  { pattern: /^body\.extra\.native_crypto: undefined \| true$/, reason: "as version 4 says it" },
  {
    pattern:
      /^body\.(?:code: "sig_verification_failed" \| undefined|message: undefined \| "Unauthorized")$/,
    reason: "as version 4 refuses an unsigned request",
  },
];

/** Version 3 forgets the names of error classes that set them in their constructor, and of errors that were thrown on. */
function withoutNames(text: string): string {
  return text.replaceAll(
    /"name":"(?:Error|TypeError|RangeError|NonRetriableError|RetryAfterError)","message"/g,
    '"name":"","message"',
  );
}

describeWire(
  { version: 3, module: official, serve },
  {
    calls: [...NAMES, ...CALLS],
    plain: [...NAMES, ...PLAIN, ...OWN_PLAIN],
    sent: SENT,
    mask: withoutNames,
  },
);
