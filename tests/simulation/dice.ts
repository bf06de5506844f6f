// Seeded chance: the only source of randomness in a simulation. The same seed gives the same numbers on every machine.
import type { Chance } from "@everstep/engine";

export interface Dice extends Chance {
  /** A whole number from min to max, both included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Its own stream of numbers: what one part of the world draws does not shift what another part draws. */
  fork(label: string): Dice;
}

export function createDice(seed: string): Dice {
  const next = sfc32(seed);
  const random = (): number => next() / 2 ** 32;
  const int = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  return {
    random,
    int,
    chance: (probability) => random() < probability,
    pick: (list) => {
      const picked = list[int(0, list.length - 1)];
      if (picked === undefined) throw new Error("Nothing to pick from.");
      return picked;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    fork: (label) => createDice(`${seed}/${label}`),
  };
}

/** The generator sfc32 (PractRand), seeded by an FNV-1a hash of the text. */
function sfc32(seed: string): () => number {
  let hash = 0x811c9dc5;
  const mixed = (): number => {
    for (const char of seed) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    return (hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0);
  };
  let [a, b, c, counter] = [mixed(), mixed(), mixed(), 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
