// Platforms at the edge hand variables over with each request, among bindings of other kinds.
import type { Environment } from "../environment.ts";

/** The texts among what a platform hands over; undefined when it hands over nothing. */
export function readBindings(bindings: unknown): Environment | undefined {
  if (typeof bindings !== "object" || bindings === null) return undefined;
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(bindings)) {
    if (typeof value === "string") texts[name] = value;
  }
  return Object.keys(texts).length === 0 ? undefined : texts;
}
