// HMAC-SHA256 (RFC 2104) from a hash in one call: every call of an app is signed, and an HMAC object costs more than the hashing of
// a short body. The padded keys of the last key are kept, for there is one.
import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

interface PaddedKeys {
  readonly key: string;
  readonly inner: Buffer;
  /** With room for the inner hash behind it. */
  readonly outer: Buffer;
}

let last = padKey("");

/** The 64 lower-case hex digits for a text. Key and text count as UTF-8. */
export function hmacSha256(key: string, text: string): string {
  if (last.key !== key) last = padKey(key);
  const { inner, outer } = last;
  const message = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text));
  inner.copy(message);
  message.write(text, BLOCK_BYTES);
  outer.write(hash("sha256", message, "hex"), BLOCK_BYTES, "hex");
  return hash("sha256", outer, "hex");
}

function padKey(key: string): PaddedKeys {
  const given = Buffer.from(key);
  const bytes = given.length > BLOCK_BYTES ? hash("sha256", given, "buffer") : given;
  const inner = Buffer.alloc(BLOCK_BYTES, INNER_PAD);
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES, OUTER_PAD);
  for (const [index, byte] of bytes.entries()) {
    inner[index] = byte ^ INNER_PAD;
    outer[index] = byte ^ OUTER_PAD;
  }
  return { key, inner, outer };
}
