// Which trigger names an event matches (server.md 1.6): its own name, and each prefix before a slash or a dot with a star.

/** The exact name first, then `prefix/*` for every slash and `prefix.*` for every dot, shortest first. */
export function patternsOf(eventName: string): readonly string[] {
  const patterns = new Set([eventName]);
  for (const separator of ["/", "."]) {
    // A prefix has to have characters: a star alone is not a pattern.
    for (
      let at = eventName.indexOf(separator, 1);
      at > 0;
      at = eventName.indexOf(separator, at + 1)
    ) {
      patterns.add(`${eventName.slice(0, at + 1)}*`);
    }
  }
  return [...patterns];
}
