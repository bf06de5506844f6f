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
    const distance = editDistance(word, candidate.toLowerCase());
    if (distance <= distanceMax && (best === undefined || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return (
    best?.candidate ??
    known.find((candidate) => word.length > 2 && candidate.toLowerCase().startsWith(word))
  );
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other; words are short. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (line: number, column: number): number => rows[line]?.[column] ?? 0;
  for (let line = 1; line <= from.length; line += 1) {
    const row = [line];
    rows.push(row);
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[line - 1] === to[column - 1];
      const swapped =
        line > 1 &&
        column > 1 &&
        from[line - 1] === to[column - 2] &&
        from[line - 2] === to[column - 1];
      row.push(
        Math.min(
          at(line - 1, column - 1) + (same ? 0 : 1),
          at(line - 1, column) + 1,
          at(line, column - 1) + 1,
          swapped ? at(line - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(from.length, to.length);
}
