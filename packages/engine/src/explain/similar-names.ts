// "Did you mean": the known names that are nearest to one that nobody listens to.

const NAMES_MAX = 3;
/** Longer names are cut before they are compared: the work grows with the product of the lengths. */
const CHARS_MAX = 100;

/** Nearest first, at most three; none further away than a third of the name. */
export function similarNames(name: string, known: Iterable<string>): readonly string[] {
  const wanted = plain(name);
  const distanceMax = Math.max(1, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, plain(candidate)) }))
    .filter(({ distance }) => distance <= distanceMax)
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, NAMES_MAX)
    .map(({ candidate }) => candidate);
}

/** Letters in another case and other separators are the commonest mistakes. */
function plain(name: string): string {
  return name
    .slice(0, CHARS_MAX)
    .toLowerCase()
    .replaceAll(/[._\s-]/g, "/");
}

/** Insertions, deletions and replacements that lead from one text to the other. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const row = [line];
    const char = from[line - 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (char === to[column - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[to.length] ?? 0;
}
