// Results that the server does not have yet, in checkpointing (protocol.md 8.1). Sends one batch at a time. A batch that could
// not be sent is kept: the call then answers with it, and the server drops what it already has.
import type { CheckpointOptions } from "../functions/definition.ts";
import type { WireOp } from "../wire/op.ts";

/** Sends ops to the server while the function runs on. Retries are the port's business; a rejection is final. */
export interface CheckpointPort {
  /** `stale`: the server has given the run's work to another call. */
  send(ops: readonly WireOp[]): Promise<void | "stale">;
}

export type FlushResult = "sent" | "stale" | "failed";

export class CheckpointBuffer {
  readonly #port: CheckpointPort;
  readonly #options: CheckpointOptions;
  readonly #onSent: (() => void) | undefined;
  #ops: WireOp[] = [];
  #held: WireOp[] = [];
  #sending: Promise<FlushResult> = Promise.resolve("sent");
  /** Flushes that were asked for and are not done. */
  #openFlushes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #result: FlushResult = "sent";

  /** @param onSent Called when the server has answered a batch. */
  constructor(port: CheckpointPort, options: CheckpointOptions, onSent?: () => void) {
    this.#port = port;
    this.#options = options;
    this.#onSent = onSent;
  }

  /** What is not sent. */
  get ops(): readonly WireOp[] {
    return [...this.#held, ...this.#ops];
  }

  /** Whether there is something that only an answer may carry; what comes after it goes out with it. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Keeps an op that the server takes in answers only (a failed step). */
  hold(op: WireOp): void {
    this.#held.push(op);
  }

  get isDue(): boolean {
    return this.#ops.length >= Math.max(1, this.#options.bufferedSteps);
  }

  add(op: WireOp): void {
    this.#ops.push(op);
    const { maxIntervalMs } = this.#options;
    if (maxIntervalMs <= 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, maxIntervalMs);
  }

  /** Sends everything that is there; a problem stays the answer to all later calls. */
  flush(): Promise<FlushResult> {
    this.#openFlushes += 1;
    const isNext = this.#openFlushes === 1;
    this.#sending = isNext ? this.#send() : this.#sending.then(() => this.#send());
    return this.#sending;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #send(): Promise<FlushResult> {
    const isWanted = this.#result === "sent" && this.#ops.length > 0 && !this.isHolding;
    if (isWanted) {
      const ops = this.#ops.slice();
      try {
        const outcome = await this.#port.send(ops);
        this.#onSent?.();
        if (outcome === "stale") this.#result = "stale";
        else this.#ops = this.#ops.slice(ops.length);
      } catch {
        this.#result = "failed";
      }
    }
    this.#openFlushes -= 1;
    return this.#result;
  }
}
