// How platforms that stop code with its reply are asked to wait for what is still under way.

export type KeepAlive = (work: Promise<unknown>) => void;

interface Waiter {
  waitUntil?(work: Promise<unknown>): void;
}

/** Where Vercel keeps the context of the request that is being answered. */
const VERCEL_CONTEXT = Symbol.for("@vercel/request-context");

/** What the platform offers to everybody, whatever the framework; undefined where code is not stopped. */
export function findPlatformKeepAlive(): KeepAlive | undefined {
  const holder = (globalThis as { [VERCEL_CONTEXT]?: { get?(): Waiter | undefined } })[
    VERCEL_CONTEXT
  ];
  return toKeepAlive(holder?.get?.());
}

/** The `waitUntil` of a context that a platform passes to handlers. */
export function toKeepAlive(context: unknown): KeepAlive | undefined {
  if (typeof context !== "object" || context === null) return undefined;
  const waiter = context as Waiter;
  if (typeof waiter.waitUntil !== "function") return undefined;
  return (work) => waiter.waitUntil?.(work);
}
