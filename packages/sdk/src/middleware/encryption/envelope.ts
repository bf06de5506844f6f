// The encrypted form of a JSON value, as it lies in the engine's store: AES-256-GCM by WebCrypto, with the id of its key and the place
// that it belongs to. Both are authenticated, so that a ciphertext moved to another step or event is refused, not read.
import { fromTaggedJson, toTaggedJson } from "../../wire/tagged-values.ts";
import { EncryptionError, type EncryptionKey, type KeyRing } from "./key-ring.ts";

export interface Envelope {
  readonly __ENCRYPTED__: true;
  readonly __STRATEGY__: typeof STRATEGY;
  /** Id of the key. */
  readonly kid: string;
  /** What the value is: `step …`, `output`, `event …`. */
  readonly place: string;
  /** 12 random bytes; and, encrypted, a JSON array of the value and, if it has dates and the like, of where they are. In base64. */
  readonly iv: string;
  readonly data: string;
}

const STRATEGY = "everstep/aes-256-gcm";
const IV_BYTES = 12;

/** True for what this package has encrypted, whether or not it can be decrypted. */
export function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null) return false;
  const envelope = value as Partial<Record<keyof Envelope, unknown>>;
  return envelope.__ENCRYPTED__ === true && envelope.__STRATEGY__ === STRATEGY;
}

/** @param place Where the value belongs; decryption has to name the same. */
export async function encrypt(
  value: unknown,
  place: string,
  { id: kid, key }: EncryptionKey,
): Promise<Envelope> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const { json, tags } = toTaggedJson(value);
  const plain = tags === undefined ? [json ?? null] : [json, tags];
  const text = new TextEncoder().encode(JSON.stringify(plain));
  const algorithm = { name: "AES-GCM", iv, additionalData: additionalData(kid, place) };
  const data = new Uint8Array(await crypto.subtle.encrypt(algorithm, await key, text));
  return {
    __ENCRYPTED__: true,
    __STRATEGY__: STRATEGY,
    kid,
    place,
    iv: toBase64(iv),
    data: toBase64(data),
  };
}

/**
 * The value of an envelope.
 * @param places Where the value may belong.
 * @param what Names the value in errors.
 * @throws EncryptionError when the key is not in the ring, the place is another, or the ciphertext is not what was written.
 */
export async function decrypt(
  envelope: Envelope,
  expected: { readonly places: readonly string[]; readonly what: string },
  ring: KeyRing,
): Promise<unknown> {
  const { kid, place } = envelope;
  const { places, what } = expected;
  const key = ring.find(kid);
  if (key === undefined) {
    throw new EncryptionError(
      `${what} was encrypted with the key ${JSON.stringify(kid)}, which this app does not have (it has ${ring.ids.join(", ")}): add that key to fallbackDecryptionKeys.`,
    );
  }
  if (!places.includes(place)) {
    throw new EncryptionError(
      `${what} holds an encrypted value of another place (${JSON.stringify(place)}): it was moved there, and is not decrypted.`,
    );
  }
  try {
    const iv = fromBase64(envelope.iv);
    const algorithm = { name: "AES-GCM", iv, additionalData: additionalData(kid, place) };
    const data = await crypto.subtle.decrypt(algorithm, await key.key, fromBase64(envelope.data));
    const [json, tags] = JSON.parse(new TextDecoder().decode(data)) as readonly unknown[];
    return fromTaggedJson(json, tags);
  } catch (error) {
    throw new EncryptionError(
      `${what} cannot be decrypted with its key ${JSON.stringify(kid)}: the stored value was changed or cut off.`,
      { cause: error },
    );
  }
}

function additionalData(kid: string, place: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify([STRATEGY, kid, place]));
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCodePoint(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.codePointAt(0) ?? 0);
}
