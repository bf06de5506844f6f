// How long things take in the demonstration. Days become seconds; SHOP_PACE scales them again (0.2 is five times faster).

export interface Pace {
  /** A pause of the fakes, in ms. */
  ms(seconds: number): number;
  /** A duration for steps, such as "8s"; the shortest is one second. */
  text(seconds: number): string;
}

/** @param factor Greater than 0. */
export function createPace(factor: number): Pace {
  if (!(factor > 0)) {
    throw new Error(`SHOP_PACE is ${factor}, but it must be a number above 0, such as 0.5.`);
  }
  return {
    ms: (seconds) => Math.round(seconds * 1_000 * factor),
    text: (seconds) => `${Math.max(1, Math.round(seconds * factor))}s`,
  };
}
