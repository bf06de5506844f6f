// The moments of a call at which middleware is told something, each at most once and in order. Without middleware nothing is
// awaited.
import type { ProxyLogger } from "../logging/proxy-logger.ts";
import type { ExecutionHooks } from "./hooks.ts";

export class HookPhases {
  readonly hooks: ExecutionHooks;
  readonly #logger: ProxyLogger;
  #isReplaying = true;
  #ended: Promise<void> | undefined;
  #isAfterExecution = false;

  constructor(hooks: ExecutionHooks, logger: ProxyLogger) {
    this.hooks = hooks;
    this.#logger = logger;
  }

  /** New work begins: logs are heard from here on. Returns nothing to wait for when no middleware listens. */
  endReplay(): Promise<void> | undefined {
    if (!this.#isReplaying) return this.#ended;
    this.#isReplaying = false;
    this.#logger.enable();
    const { hooks } = this;
    if (hooks.afterMemoization === undefined && hooks.beforeExecution === undefined)
      return undefined;
    this.#ended = this.#runEnd();
    return this.#ended;
  }

  async endExecution(): Promise<void> {
    if (this.#isAfterExecution) return;
    this.#isAfterExecution = true;
    await this.hooks.afterExecution?.();
  }

  async #runEnd(): Promise<void> {
    await this.hooks.afterMemoization?.();
    await this.hooks.beforeExecution?.();
  }
}
