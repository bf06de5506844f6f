// Counts requests that code of this process has made with the global fetch and that are not answered yet.

export function countFetches(): {
  readonly inFlight: () => number;
  /** All that were ever made. */
  readonly count: () => number;
  readonly restore: () => void;
} {
  const real = globalThis.fetch;
  let inFlight = 0;
  let count = 0;
  globalThis.fetch = async (...args) => {
    inFlight += 1;
    count += 1;
    try {
      return await real(...args);
    } finally {
      // The one who waits for the answer goes on before the world may be called idle.
      setImmediate(() => {
        inFlight -= 1;
      });
    }
  };
  return {
    inFlight: () => inFlight,
    count: () => count,
    restore: () => {
      globalThis.fetch = real;
    },
  };
}
