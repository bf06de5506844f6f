// HMAC-SHA256 of a text: every call needs two. Takes the platform's hash where it can be had without importing it; edge runtimes
// without node:crypto get the one in JavaScript. Invariant: all ways give the same digits.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

type NativeHash = (algorithm: "sha256", data: string | Uint8Array, encoding: "hex") => string;

interface NativeHmac {
  update(text: string): NativeHmac;
  digest(encoding: "hex"): string;
}

interface NativeCrypto {
  readonly createHmac?: (algorithm: "sha256", key: string) => NativeHmac;
  /** Node 20.12 and later. */
  readonly hash?: NativeHash;
}

interface CryptoGlobals {
  readonly process?: { readonly getBuiltinModule?: (name: string) => NativeCrypto | undefined };
}

/** 64 lower-case hex digits. Key and text count as UTF-8. */
export type HmacSha256 = (key: string, text: string) => string;

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

export const hmacSha256: HmacSha256 = choose(
  (globalThis as CryptoGlobals).process?.getBuiltinModule?.("node:crypto"),
);

export function hmacInJavaScript(key: string, text: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(key), utf8ToBytes(text)));
}

function choose(native: NativeCrypto | undefined): HmacSha256 {
  const { createHmac, hash } = native ?? {};
  if (createHmac === undefined) return hmacInJavaScript;
  const general: HmacSha256 = (key, text) => createHmac("sha256", key).update(text).digest("hex");
  return hash === undefined ? general : hmacOfHash(hash, general);
}

/**
 * RFC 2104 over a hash in one call, which makes no object: that is half of the cost of a short HMAC. The padded key is a text of
 * one byte a character, so that it can stand before the signed text. Keys that do not allow it go the general way.
 */
function hmacOfHash(hash: NativeHash, general: HmacSha256): HmacSha256 {
  let last = { key: "", inner: "", outer: new Uint8Array(0) };
  return (key, text) => {
    if (key.length > BLOCK_BYTES || !/^[\0-\x7f]*$/.test(key)) return general(key, text);
    if (last.outer.length === 0 || last.key !== key) last = { key, ...paddedKeys(key) };
    const { inner, outer } = last;
    writeHex(outer, hash("sha256", inner + text, "hex"));
    return hash("sha256", outer, "hex");
  };
}

/** The outer one has room for the inner hash behind it. */
function paddedKeys(key: string): {
  readonly inner: string;
  readonly outer: Uint8Array<ArrayBuffer>;
} {
  const inner = new Uint8Array(BLOCK_BYTES).fill(INNER_PAD);
  const outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES).fill(OUTER_PAD);
  for (let index = 0; index < key.length; index += 1) {
    inner[index] = key.charCodeAt(index) ^ INNER_PAD;
    outer[index] = key.charCodeAt(index) ^ OUTER_PAD;
  }
  return { inner: String.fromCharCode(...inner), outer };
}

function writeHex(target: Uint8Array, hex: string): void {
  for (let index = 0; index < HASH_BYTES; index += 1) {
    const digits = digitOf(hex.charCodeAt(2 * index)) * 16 + digitOf(hex.charCodeAt(2 * index + 1));
    target[BLOCK_BYTES + index] = digits;
  }
}

/** Of a character code: 0 to 9, a to f. */
function digitOf(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
