// How platforms that stop code with its reply are asked to wait for what is still under way.

export type KeepAlive = (work: Promise<unknown>) => void;

interface Waiter {
  waitUntil?(work: Promise<unknown>): void;
}

/** Where Vercel, and Next.js for other platforms, keep the context of the request that is being answered. */
const CONTEXT_SYMBOLS = [
  Symbol.for("@next/request-context"),
  Symbol.for("@vercel/request-context"),
] as const;

/** What the platform offers to everybody, whatever the framework; undefined where code is not stopped. */
export function findPlatformKeepAlive(): KeepAlive | undefined {
  const globals = globalThis as {
    readonly [symbol: symbol]: { get?(): Waiter | undefined } | undefined;
    readonly Netlify?: { readonly context?: Waiter | null };
  };
  for (const symbol of CONTEXT_SYMBOLS) {
    const found = toKeepAlive(globals[symbol]?.get?.());
    if (found !== undefined) return found;
  }
  return toKeepAlive(globals.Netlify?.context);
}

/** The `waitUntil` of a context that a platform passes to handlers. */
export function toKeepAlive(context: unknown): KeepAlive | undefined {
  if (typeof context !== "object" || context === null) return undefined;
  const waiter = context as Waiter;
  if (typeof waiter.waitUntil !== "function") return undefined;
  return (work) => waiter.waitUntil?.(work);
}
