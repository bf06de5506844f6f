// Who may talk to whom: request signatures and API bearer keys (protocol.md 2.4, server.md 2.1). Comparisons take constant
// time. With no key configured nothing is authorised here: what a keyless server allows is the server's decision.
import { createHash, timingSafeEqual } from "node:crypto";
import { EverstepError } from "./errors.ts";
import { hmacSha256 } from "./hmac-sha256.ts";
import { LIMITS } from "./limits.ts";

const KEY_PREFIX = /^signkey-\w+-/;
const SIGNATURE_HEADER = /^t=(\d{1,15})&s=([0-9a-f]{64})$/i;

export type SignatureProblem = "missing" | "malformed" | "expired" | "mismatch";
export type SignatureCheck =
  | { readonly ok: true; /** The key of the list that made the signature. */ readonly key: string }
  | { readonly ok: false; readonly reason: SignatureProblem };

/** The key without its `signkey-<env>-` prefix. */
export function stripKeyPrefix(key: string): string {
  return key.replace(KEY_PREFIX, "");
}

/**
 * The value of `x-inngest-signature` for a body: `t=<unix seconds>&s=<hex HMAC-SHA256>`.
 * @param input.body Exactly the text that is sent; requests must be canonical JSON.
 */
export function signBody(input: { key: string; body: string; atMs: number }): string {
  const seconds = String(Math.floor(input.atMs / 1_000));
  return `t=${seconds}&s=${macOf(input.key, input.body, seconds)}`;
}

/** Checks a signature against each key in turn; it may be at most 5 minutes away from now in either direction. */
export function verifySignature(input: {
  keys: readonly string[];
  body: string;
  header: string | undefined;
  nowMs: number;
}): SignatureCheck {
  if (input.header === undefined || input.header === "") return { ok: false, reason: "missing" };
  const match = SIGNATURE_HEADER.exec(input.header);
  if (match === null) return { ok: false, reason: "malformed" };
  const [, seconds = "", hex = ""] = match;
  if (Math.abs(input.nowMs - Number(seconds) * 1_000) > LIMITS.signatureAgeMsMax) {
    return { ok: false, reason: "expired" };
  }
  const given = Buffer.from(hex, "hex");
  const key = input.keys.find((candidate) =>
    timingSafeEqual(Buffer.from(macOf(candidate, input.body, seconds), "hex"), given),
  );
  return key === undefined ? { ok: false, reason: "mismatch" } : { ok: true, key };
}

/**
 * The form of a signing key that SDKs send as API bearer: the prefix, then the hex SHA-256 of the key's bytes.
 * @throws EverstepError `argument_invalid` when the key is not an even number of hex digits.
 */
export function hashSigningKey(key: string): string {
  const prefix = KEY_PREFIX.exec(key)?.[0] ?? "";
  const hash = hashOf(stripKeyPrefix(key));
  if (hash !== undefined) return prefix + hash;
  throw new EverstepError(
    "argument_invalid",
    "The signing key is not an even number of hex digits (after its signkey-<env>- prefix): make one with `everstep keys new`.",
  );
}

/**
 * Whether a bearer is one of the keys, plain or hashed; `signkey-…-` prefixes are ignored on both sides.
 * @param bearer The token, with or without the word `Bearer` before it.
 * @param keys Never empty for a true answer.
 */
export function isAuthorized(bearer: string | undefined, keys: readonly string[]): boolean {
  return createAuthorizer(keys)(bearer);
}

/** `isAuthorized` for many requests: what the keys need is computed once. */
export function createAuthorizer(keys: readonly string[]): (bearer: string | undefined) => boolean {
  const digests = keys.flatMap((key) => {
    const plain = stripKeyPrefix(key);
    if (plain === "") return [];
    const hash = hashOf(plain);
    return hash === undefined ? [digestOf(plain)] : [digestOf(plain), digestOf(hash)];
  });
  return (bearer) => {
    const token = stripKeyPrefix((bearer ?? "").replace(/^Bearer(\s+|$)/i, "").trim());
    if (token === "") return false;
    // Digests have one length whatever the texts have; all are compared, so that the time does not tell which one was close.
    const given = digestOf(token);
    let isKnown = false;
    for (const digest of digests) isKnown = timingSafeEqual(given, digest) || isKnown;
    return isKnown;
  };
}

/** Undefined when the key is not hex: its decoded bytes, and so its hash, would be shared by many keys. */
function hashOf(plainKey: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(plainKey)) return undefined;
  return createHash("sha256").update(Buffer.from(plainKey, "hex")).digest("hex");
}

/** Hex digits. */
function macOf(key: string, body: string, seconds: string): string {
  return hmacSha256(stripKeyPrefix(key), body + seconds);
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
