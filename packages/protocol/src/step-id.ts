// The wire identity of a step: a hash of the id that the author wrote and of how often it was met before.
import { hash } from "node:crypto";

/**
 * The 40 lower-case hex digits (SHA-1) that name a step on the wire (protocol.md 4.1).
 * @param index How many steps of the same id were met before in this execution; 0 for the first.
 */
export function hashStepId(id: string, index = 0): string {
  return hash("sha1", index === 0 ? id : `${id}:${index}`, "hex");
}
