// A promise that may be left alone (R9): nobody has to await it, a rejection that nobody looks at is reported instead of ending
// the process, and serverless platforms are asked to stay up until it settles. Awaited, it behaves as any other promise.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */

import { findPlatformKeepAlive } from "../serve/keep-alive.ts";

/** A promise that knows whether somebody looks at it. */
export class GuardedPromise<T> extends Promise<T> {
  isObserved = false;

  /** Derived promises are plain: only the first link is guarded. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- noticing who looks at the promise is its purpose
  override then<TValue = T, TReason = never>(
    onFulfilled?: ((value: T) => TValue | PromiseLike<TValue>) | null,
    onRejected?: ((reason: any) => TReason | PromiseLike<TReason>) | null,
  ): Promise<TValue | TReason> {
    this.isObserved = true;
    return super.then(onFulfilled, onRejected);
  }
}

/**
 * Guards work that was started already.
 * @param report Told of a rejection that nobody looked at.
 */
export function guardPromise<T>(
  work: Promise<T>,
  report: (reason: unknown) => void,
): GuardedPromise<T> {
  const guarded = new GuardedPromise<T>((resolve, reject) => {
    work.then(resolve, reject);
  });
  const watched: Promise<unknown> = Promise.prototype.then.call(guarded, undefined, (reason) => {
    if (!guarded.isObserved) report(reason);
  });
  findPlatformKeepAlive()?.(watched);
  return guarded;
}
