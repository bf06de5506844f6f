// A diff of two texts by lines: the longest common subsequence between a shared beginning and a shared end. Pure. Bounded:
// what lies between may take CELLS_MAX steps of work; beyond that it is shown as replaced as a whole.

export interface LinePair {
  readonly kind: "same" | "changed" | "only_left" | "only_right";
  readonly left?: string | undefined;
  readonly right?: string | undefined;
}

const CELLS_MAX = 4_000_000;

export function diffLines(left: string, right: string): readonly LinePair[] {
  const [lefts, rights] = [left.split("\n"), right.split("\n")];
  const head = sharedStart(lefts, rights);
  const tail = sharedStart(lefts.slice(head).toReversed(), rights.slice(head).toReversed());
  const same = (lines: readonly string[]): LinePair[] =>
    lines.map((line) => ({ kind: "same", left: line, right: line }));
  return [
    ...same(lefts.slice(0, head)),
    ...diffMiddle(lefts.slice(head, lefts.length - tail), rights.slice(head, rights.length - tail)),
    ...same(lefts.slice(lefts.length - tail)),
  ];
}

function sharedStart(one: readonly string[], other: readonly string[]): number {
  const most = Math.min(one.length, other.length);
  let count = 0;
  while (count < most && one[count] === other[count]) count += 1;
  return count;
}

function diffMiddle(lefts: readonly string[], rights: readonly string[]): readonly LinePair[] {
  if (lefts.length * rights.length > CELLS_MAX) return pairUp(lefts, rights);
  const lengths = commonLengths(lefts, rights);
  const width = rights.length + 1;
  const pairs: LinePair[] = [];
  let [row, column, rowDone, columnDone] = [0, 0, 0, 0];
  const flush = (): void => {
    pairs.push(...pairUp(lefts.slice(rowDone, row), rights.slice(columnDone, column)));
  };
  while (row < lefts.length && column < rights.length) {
    if (lefts[row] === rights[column]) {
      flush();
      pairs.push({ kind: "same", left: lefts[row], right: rights[column] });
      row += 1;
      column += 1;
      [rowDone, columnDone] = [row, column];
    } else if (at(lengths, (row + 1) * width + column) >= at(lengths, row * width + column + 1)) {
      row += 1;
    } else column += 1;
  }
  [row, column] = [lefts.length, rights.length];
  flush();
  return pairs;
}

/** Length of the longest common subsequence of every pair of ends. */
function commonLengths(lefts: readonly string[], rights: readonly string[]): Uint32Array {
  const width = rights.length + 1;
  const lengths = new Uint32Array((lefts.length + 1) * width);
  for (let row = lefts.length - 1; row >= 0; row -= 1) {
    for (let column = rights.length - 1; column >= 0; column -= 1) {
      const here = row * width + column;
      lengths[here] =
        lefts[row] === rights[column]
          ? at(lengths, here + width + 1) + 1
          : Math.max(at(lengths, here + width), at(lengths, here + 1));
    }
  }
  return lengths;
}

function at(lengths: Uint32Array, index: number): number {
  return lengths[index] ?? 0;
}

/** Lines that have nothing in common stand side by side as long as there are two. */
function pairUp(lefts: readonly string[], rights: readonly string[]): readonly LinePair[] {
  return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, index): LinePair => {
    const [left, right] = [lefts[index], rights[index]];
    if (right === undefined) return { kind: "only_left", left };
    return left === undefined ? { kind: "only_right", right } : { kind: "changed", left, right };
  });
}
