// The wire identity of a step (protocol.md 4.1). The same ids come back in every run of a function, so hashes are kept: two
// generations of a bounded map, the older of which is dropped as a whole. Pure JavaScript, for edge runtimes.
import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const GENERATION_SIZE = 16_384;
/** Longer ids are not kept, so that the memory of the cache stays bounded. */
const KEPT_CHARS_MAX = 256;

let young = new Map<string, string>();
let old = new Map<string, string>();

/** The 40 lower-case hex digits of SHA-1 of a step's id, its index included (`send:2`). */
export function sha1Hex(id: string): string {
  const kept = young.get(id);
  if (kept !== undefined) return kept;
  const hash = old.get(id) ?? bytesToHex(sha1(utf8ToBytes(id)));
  if (id.length > KEPT_CHARS_MAX) return hash;
  if (young.size >= GENERATION_SIZE) {
    old = young;
    young = new Map();
  }
  young.set(id, hash);
  return hash;
}

/** @param index How many steps of this id were met before in the execution; 0 for the first. */
export function stepHash(id: string, index = 0): string {
  return sha1Hex(index === 0 ? id : `${id}:${index}`);
}
