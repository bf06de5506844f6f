// Signatures of requests and responses and the hashed form of signing keys (protocol.md 2.4), in every runtime. Invariant: digests
// are compared in constant time; without a key nothing is ever valid.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";
import { hmacSha256 } from "./hmac-sha256.ts";

const KEY_PREFIX = /^signkey-\w+-/;
const HEADER_FORM = /^t=(\d{1,15})&s=([0-9a-f]{64})$/i;
/** A signature older or newer than this is refused. */
const SIGNATURE_AGE_MS_MAX = 300_000;

export type SignatureProblem = "missing" | "malformed" | "expired" | "mismatch";
export type SignatureCheck =
  | { readonly ok: true; /** The key that made the signature. */ readonly key: string }
  | { readonly ok: false; readonly problem: SignatureProblem };

/**
 * The value of `x-inngest-signature`: `t=<unix seconds>&s=<hex HMAC-SHA256 of body and seconds>`.
 * @param input.body Exactly the text that is sent.
 */
export function signBody(input: {
  readonly key: string;
  readonly body: string;
  readonly atMs: number;
}): string {
  const seconds = String(Math.floor(input.atMs / 1_000));
  return `t=${seconds}&s=${macOf(input.key, input.body, seconds)}`;
}

/**
 * Checks a request's signature against each key in turn.
 * @param input.body The text as received, or what a body parser made of it.
 */
export function verifySignature(input: {
  readonly keys: readonly string[];
  readonly body: unknown;
  readonly header: string | undefined;
  readonly nowMs: number;
}): SignatureCheck {
  if (input.header === undefined || input.header === "") return { ok: false, problem: "missing" };
  const match = HEADER_FORM.exec(input.header);
  if (match === null) return { ok: false, problem: "malformed" };
  const [, seconds = "", hex = ""] = match;
  if (Math.abs(input.nowMs - Number(seconds) * 1_000) > SIGNATURE_AGE_MS_MAX) {
    return { ok: false, problem: "expired" };
  }
  const given = hex.toLowerCase();
  for (const body of signedForms(input.body)) {
    const key = input.keys.find((candidate) => isSame(macOf(candidate, body, seconds), given));
    if (key !== undefined) return { ok: true, key };
  }
  return { ok: false, problem: "mismatch" };
}

/**
 * The form in which a signing key is shown to the API as bearer: its prefix, then the hex SHA-256 of its bytes.
 * @throws Error when the key is not an even number of hex digits after its prefix.
 */
export function hashSigningKey(key: string): string {
  const prefix = KEY_PREFIX.exec(key)?.[0] ?? "";
  const plain = key.slice(prefix.length);
  if (!/^(?:[0-9a-f]{2})+$/i.test(plain)) {
    throw new Error(
      "The signing key is not an even number of hex digits (after its signkey-<env>- prefix): copy it again from the server, without quotes or spaces.",
    );
  }
  return prefix + bytesToHex(sha256(hexToBytes(plain)));
}

/** The hash of a signing key without the prefix, for introspection; null without a key or for one that is not hex. */
export function findKeyDigest(key: string | undefined): string | null {
  if (key === undefined) return null;
  try {
    return hashSigningKey(key).replace(KEY_PREFIX, "");
  } catch {
    return null;
  }
}

/** Hex SHA-256 of a text. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** Engines send canonical JSON, so the text as it came is tried first; a proxy or a body parser may have rewritten it. */
function* signedForms(body: unknown): Generator<string> {
  if (typeof body !== "string") {
    yield body === undefined ? "" : canonicalJson(body);
    return;
  }
  yield body;
  const canonical = canonicalText(body);
  if (canonical !== undefined && canonical !== body) yield canonical;
}

function canonicalText(text: string): string | undefined {
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Hex digits in lower case. */
function macOf(key: string, body: string, seconds: string): string {
  return hmacSha256(key.replace(KEY_PREFIX, ""), body + seconds);
}

function isSame(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
