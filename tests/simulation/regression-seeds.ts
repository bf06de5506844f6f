// Seeds that once broke a rule, with what they found. They run with every test, so that a mended bug stays mended.

export const REGRESSION_SEEDS: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 6, found: "an attempt showed the retry time of another call of its run" },
  { seed: 15, found: "an attempt showed the retry time of another call of its run" },
];
