// HMAC-SHA256 of a text. Takes the platform's own implementation where it can be had without importing it, because every call
// needs two; edge runtimes without node:crypto get the one in JavaScript. Invariant: both give the same digits.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

interface NativeHmac {
  update(text: string): NativeHmac;
  digest(encoding: "hex"): string;
}

interface CryptoGlobals {
  readonly process?: {
    readonly getBuiltinModule?: (name: string) =>
      | {
          readonly createHmac?: (algorithm: "sha256", key: string) => NativeHmac;
        }
      | undefined;
  };
}

/** 64 lower-case hex digits. Key and text count as UTF-8. */
export type HmacSha256 = (key: string, text: string) => string;

export const hmacSha256: HmacSha256 = findNative() ?? hmacInJavaScript;

export function hmacInJavaScript(key: string, text: string): string {
  return bytesToHex(hmac(sha256, utf8ToBytes(key), utf8ToBytes(text)));
}

function findNative(): HmacSha256 | undefined {
  const { process } = globalThis as CryptoGlobals;
  const createHmac = process?.getBuiltinModule?.("node:crypto")?.createHmac;
  if (createHmac === undefined) return undefined;
  return (key, text) => createHmac("sha256", key).update(text).digest("hex");
}
