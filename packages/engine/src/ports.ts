// What the engine needs of the outside world besides a store: time, chance, a way to reach apps, a log.
import type { FunctionRecord, LoadedRun, Timer } from "@everstep/core";
import type { CallResult } from "@everstep/protocol";
import type { LogEntry } from "./engine.ts";

export interface Clock {
  nowMs(): number;
  /** Calls `fire` once when `nowMs() >= atMs`. Returns a function that cancels it. */
  at(atMs: number, fire: () => void): () => void;
}

export interface Chance {
  /** In [0, 1). */
  random(): number;
  bytes(count: number): Uint8Array;
}

/** One HTTP exchange to make. The transport adds nothing but what HTTP needs. */
export interface OutboundRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Bytes of the response body after which the exchange fails with `output_too_large`. */
  readonly responseBytesMax: number;
}

export interface InboundResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
}

/** Why an exchange brought no HTTP answer. */
export class TransportError extends Error {
  /** `unreachable`, `timed_out`, `output_too_large`, `address_denied`, `connection_lost`, `shutting_down` */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "TransportError";
    this.code = code;
  }
}

/** A call of a function in this process. Run and timer are the engine's own: they are read before anything is awaited. */
export interface InProcessCall {
  readonly run: LoadedRun;
  readonly timer: Timer;
  readonly function: FunctionRecord;
  readonly generation: number;
  readonly requestId: string;
  /** Other work of the run is open: a step that is found must be reported, not run (protocol.md 4.3). */
  readonly hasOtherWork: boolean;
  readonly timeoutMs: number;
}

export interface Transport {
  /** @throws TransportError */
  send(request: OutboundRequest): Promise<InboundResponse>;
  /** Present when the functions are in this process: calls are then not sent. @throws TransportError */
  call?(call: InProcessCall): Promise<CallResult>;
  close(): Promise<void>;
}

export type Log = (entry: LogEntry) => void;
