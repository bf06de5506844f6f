// Identities that are derived, not drawn: the same app or function has the same id on every machine and after every loss.
import { createHash } from "node:crypto";

/**
 * A UUID (version 5 in form) that depends on the parts alone. The parts are kept apart, so ("a", "bc") and ("ab", "c")
 * give different ids.
 */
export function uuidFrom(...parts: string[]): string {
  const bytes = createHash("sha1").update(NAMESPACE).update(JSON.stringify(parts)).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** Keeps our ids apart from any other system's hash of the same parts. Changing it changes every id: never do. */
const NAMESPACE = "everstep\0";
