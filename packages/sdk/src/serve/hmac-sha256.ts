// HMAC-SHA256 of a text. Takes the platform's own implementation where it can be had without importing it, because every call
// needs two; edge runtimes without node:crypto get the one in JavaScript. Invariant: both give the same bytes.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

interface NativeHmac {
  update(text: string): NativeHmac;
  digest(): Uint8Array;
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

/** @returns 32 bytes. Key and texts count as UTF-8; the texts are hashed one after the other. */
export type HmacSha256 = (key: string, ...texts: readonly string[]) => Uint8Array;

export const hmacSha256: HmacSha256 = findNative() ?? hmacInJavaScript;

export function hmacInJavaScript(key: string, ...texts: readonly string[]): Uint8Array {
  const mac = hmac.create(sha256, utf8ToBytes(key));
  for (const text of texts) mac.update(utf8ToBytes(text));
  return mac.digest();
}

function findNative(): HmacSha256 | undefined {
  const { process } = globalThis as CryptoGlobals;
  const createHmac = process?.getBuiltinModule?.("node:crypto")?.createHmac;
  if (createHmac === undefined) return undefined;
  return (key, ...texts) => {
    const mac = createHmac("sha256", key);
    for (const text of texts) mac.update(text);
    return mac.digest();
  };
}
