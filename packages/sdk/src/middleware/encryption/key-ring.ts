// The keys of an app: the first one encrypts, all decrypt. AES keys are derived from the given texts; ids are derived too, so that
// an id in the engine's store says which key is needed and nothing about it.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const SECRET_CHARS_MIN = 16;
const ID_CHARS = 12;

/** A value cannot be decrypted. The message names the value, its key's id and the way out. */
export class EncryptionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EncryptionError";
  }
}

export interface EncryptionKey {
  readonly id: string;
  readonly key: Promise<CryptoKey>;
}

export interface KeyRing {
  /** The key that encrypts. */
  readonly first: EncryptionKey;
  readonly ids: readonly string[];
  find(id: string): EncryptionKey | undefined;
}

/** @throws TypeError for a missing or short secret, which is not quoted. */
export function createKeyRing(secrets: readonly string[]): KeyRing {
  const keys = secrets.map(toKey);
  const [first] = keys;
  if (first === undefined) {
    throw new TypeError(
      "encryptionMiddleware() needs a key: give it { key: process.env.ENCRYPTION_KEY }, e.g. from `openssl rand -base64 32`.",
    );
  }
  return {
    first,
    ids: keys.map((key) => key.id),
    find: (id) => keys.find((key) => key.id === id),
  };
}

function toKey(secret: string, index: number): EncryptionKey {
  const length = typeof secret === "string" ? secret.length : 0;
  if (length < SECRET_CHARS_MIN) {
    throw new TypeError(
      `Key ${index} of encryptionMiddleware() has ${length} characters: it needs at least ${SECRET_CHARS_MIN} random ones, e.g. from \`openssl rand -base64 32\`.`,
    );
  }
  const secretBytes = utf8ToBytes(secret);
  const derive = (purpose: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(hmac(sha256, secretBytes, utf8ToBytes(`everstep encryption ${purpose}`)));
  const usages: KeyUsage[] = ["encrypt", "decrypt"];
  return {
    id: bytesToHex(derive("id")).slice(0, ID_CHARS),
    key: crypto.subtle.importKey("raw", derive("key"), "AES-GCM", false, usages),
  };
}
