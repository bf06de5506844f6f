// Meeting points for code that must be seen to run at the same time, or to wait, without any clock.

export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Everyone who arrives waits until `count` have arrived. */
export function meetAll(count: number): {
  readonly arrive: () => Promise<void>;
  readonly met: Promise<void>;
} {
  const all = gate();
  let arrived = 0;
  const arrive = async (): Promise<void> => {
    arrived += 1;
    if (arrived === count) all.open();
    await all.opened;
  };
  return { arrive, met: all.opened };
}
