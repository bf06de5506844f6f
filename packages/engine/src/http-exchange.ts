// One request and its answer over a dialer: the answer is collected as it comes, without a stream in between, because every call
// of an app is one such exchange. Invariant: an answer that is too large or too slow is broken off, not collected.
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { TransportError } from "./ports.ts";

export interface Exchange {
  readonly status: number;
  /** Names in lower case; several values of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ExchangeBounds {
  readonly bytesMax: number;
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
  /** What the deadline came from, for messages. */
  readonly timeoutMs: number;
  /** Whether an answer's body is of no interest. */
  readonly isSkipped: (status: number, headers: Exchange["headers"]) => boolean;
}

/** A body of no interest is read up to here, so that its connection can be used again. */
const SKIPPED_BYTES_MAX = 128 * 1_024;
const EMPTY = Buffer.alloc(0);

/** @throws TransportError when a bound is passed; else what the dialer throws. */
export function exchange(
  dialer: Dispatcher,
  options: Dispatcher.DispatchOptions,
  bounds: ExchangeBounds,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    dialer.dispatch(options, new Collector(bounds, resolve, reject));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #bounds: ExchangeBounds;
  readonly #resolve: (answer: Exchange) => void;
  readonly #reject: (error: Error) => void;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isSkipping = false;

  constructor(
    bounds: ExchangeBounds,
    resolve: (answer: Exchange) => void,
    reject: (error: Error) => void,
  ) {
    this.#bounds = bounds;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Makes the dialer use this form of handlers. */
  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 1xx comes before the answer.
    if (status < 200) return;
    this.#status = status;
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (value !== undefined) {
        this.#headers[name] = Array.isArray(value) ? value.join(", ") : value;
      }
    }
    this.#isSkipping = this.#bounds.isSkipped(status, this.#headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { bytesMax, deadlineMs, timeoutMs } = this.#bounds;
    this.#bytes += chunk.length;
    if (this.#isSkipping) {
      if (this.#bytes <= SKIPPED_BYTES_MAX) return;
      this.#finish();
      controller.abort(new Error("The rest of the answer is of no interest."));
      return;
    }
    if (this.#bytes > bytesMax) {
      const text = `the answer is larger than ${bytesMax} bytes`;
      controller.abort(new TransportError("output_too_large", text));
      return;
    }
    // The dialer bounds the silence between two chunks; an app that keeps sending is bounded here.
    if (performance.now() > deadlineMs) {
      const text = `no whole answer within ${timeoutMs} ms`;
      controller.abort(new TransportError("timed_out", text));
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }

  #finish(): void {
    const [only = EMPTY] = this.#chunks;
    const body = this.#chunks.length <= 1 ? only : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }
}
