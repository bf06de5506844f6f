// "Did you mean": the nearest known word to one that is not known.

/** ` Did you mean --port?`, or an empty text when nothing known is near. */
export function suggest(word: string, known: readonly string[], prefix = ""): string {
  const near = nearest(word.toLowerCase(), known);
  return near === undefined ? "" : ` Did you mean ${prefix}${near}?`;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const distanceMax = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance <= distanceMax && (best === undefined || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return (
    best?.candidate ?? known.find((candidate) => word.length > 2 && candidate.startsWith(word))
  );
}

/** Insertions, deletions and replacements that lead from one word to the other; words are short. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
