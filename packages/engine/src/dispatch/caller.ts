// Makes one call of an app, or one request of a step, and brings its result back to the partition loop.
import type { LoadedRun, Timer } from "@everstep/core";
import {
  isContinuationGone,
  parseCallResponse,
  type CallResult,
  type Limits,
} from "@everstep/protocol";
import type { Catalog } from "../catalog.ts";
import type { Command, Envelope } from "../partition/command.ts";
import { TransportError, type InProcessCall, type Log, type Transport } from "../ports.ts";
import {
  buildCall,
  buildContinuedCall,
  hasOtherWork,
  prepareCall,
  type PreparedCall,
} from "./call-request.ts";
import { Continuations } from "./continuations.ts";
import type { Flight } from "./contract.ts";
import { buildStepRequest, readStepResponse, stepRequestFailure } from "./step-request.ts";
import { transportFailure } from "./transport-failure.ts";

export interface CallerOptions {
  readonly transport: Transport;
  readonly catalog: Catalog;
  readonly limits: Limits;
  readonly log: Log;
  readonly signingKey?: string | undefined;
  readonly newUlid: (atMs: number) => string;
  readonly push: (envelope: Envelope) => void;
  readonly land: (timerId: number) => void;
}

export type MakeCall = (timer: Timer, run: LoadedRun, flight: Flight) => void;

export function createCaller(options: CallerOptions): MakeCall {
  const caller = new Caller(options);
  return (timer, run, flight) => caller.make(timer, run, flight);
}

class Caller {
  readonly #options: CallerOptions;
  readonly #continuations = new Continuations();

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  make(timer: Timer, run: LoadedRun, flight: Flight): void {
    const { push, log } = this.#options;
    if (run.state.head.startedAtMs === undefined) {
      const { runId, startedAtMs: atMs, start: charge = {} } = flight;
      push({ command: { type: "call_started", runId, atMs, charge } });
    }
    const work =
      timer.kind === "request" ? this.#request(timer, flight) : this.#call(timer, run, flight);
    work.catch((error: unknown) => {
      // Left alone, the call would wait for the next start of the engine.
      const { generation, startedAtMs, runId } = flight;
      const url = this.#options.catalog.function(timer.functionId)?.config.url ?? "the app";
      const result = transportFailure(url, error);
      const end = { timerId: timer.id, generation, startedAtMs, result };
      this.#report(timer, { type: "call_ended", runId, end });
      log({
        level: "error",
        message: "A call could not be made on an internal error.",
        fields: {
          runId: flight.runId,
          error: error instanceof Error ? error.stack : String(error),
        },
      });
    });
  }

  async #call(timer: Timer, run: LoadedRun, flight: Flight): Promise<void> {
    const { catalog, land } = this.#options;
    const fn = catalog.function(timer.functionId);
    if (fn === undefined) throw new Error(`Function ${timer.functionId} is not in the catalogue.`);
    const result = await this.#resultOf({ timer, run, function: fn }, flight);
    if (result === "parked") {
      land(timer.id);
      return;
    }
    if (result.kind === "error") this.#warn(fn.config.slug, flight, result);
    const { generation, startedAtMs, runId } = flight;
    const end = { timerId: timer.id, generation, startedAtMs, result };
    this.#report(timer, { type: "call_ended", runId, end });
  }

  #resultOf(
    called: Pick<InProcessCall, "timer" | "run" | "function">,
    flight: Flight,
  ): Promise<CallResult | "parked"> {
    const { transport, limits, signingKey, newUlid } = this.#options;
    const { generation, startedAtMs } = flight;
    const call = {
      ...called,
      generation,
      requestId: newUlid(startedAtMs),
      timeoutMs: limits.callTimeoutMs,
    };
    if (transport.call !== undefined) {
      const { run, timer, function: fn } = called;
      const answer = transport.call({ ...call, hasOtherWork: hasOtherWork(run, timer) });
      return resultOf(fn.config.slug, answer);
    }
    const prepared = prepareCall({ ...call, nowMs: startedAtMs, signingKey });
    return resultOf(called.function.config.url, this.#exchange(prepared));
  }

  async #exchange(call: PreparedCall): Promise<CallResult> {
    const end = await this.#continuations.begin(call);
    try {
      return await this.#converse(call);
    } finally {
      end();
    }
  }

  /** Goes on where the app holds the run in memory; a run that it has lost is called at once with its whole state. */
  async #converse(call: PreparedCall): Promise<CallResult> {
    const { transport } = this.#options;
    const place = this.#continuations.find(call);
    const continued = place === undefined ? undefined : buildContinuedCall(call, place);
    if (place !== undefined && continued !== undefined) {
      const answer = await transport.send(continued).catch((error: unknown) => {
        this.#continuations.miss(call, place.token);
        throw error;
      });
      if (!isContinuationGone(answer)) {
        this.#continuations.note(call, answer.headers, "continued");
        return parseCallResponse(answer);
      }
      this.#continuations.miss(call, place.token);
    }
    const isOffered = this.#continuations.mayOffer(call);
    const answer = await transport.send(buildCall(call, isOffered));
    this.#continuations.note(call, answer.headers, isOffered ? "offered" : "whole");
    return parseCallResponse(answer);
  }

  async #request(timer: Timer, flight: Flight): Promise<void> {
    const { transport, limits, land } = this.#options;
    const { generation, startedAtMs, runId } = flight;
    const result = await sendStepRequest(timer, transport, limits.callTimeoutMs);
    if (result === "parked") {
      land(timer.id);
      return;
    }
    const end = { timerId: timer.id, generation, startedAtMs, result };
    this.#report(timer, { type: "request_ended", runId, end });
  }

  /** The call holds its slot until what it brought is durable. */
  #report(timer: Timer, command: Command): void {
    this.#options.push({ command, settled: () => this.#options.land(timer.id) });
  }

  #warn(slug: string, flight: Flight, result: Extract<CallResult, { kind: "error" }>): void {
    this.#options.log({
      level: "warn",
      message: `A call of ${slug} failed: ${result.error.message}`,
      fields: {
        function: slug,
        runId: flight.runId,
        stepId: flight.stepId,
        code: result.code,
        error: result.error.name,
        retriable: result.retriable,
      },
    });
  }
}

/** `parked`: the engine is stopping; the call counts as not made and the next owner makes it again. */
async function resultOf(url: string, answer: Promise<CallResult>): Promise<CallResult | "parked"> {
  try {
    return await answer;
  } catch (error) {
    return isShutdown(error) ? "parked" : transportFailure(url, error);
  }
}

async function sendStepRequest(
  timer: Timer,
  transport: Transport,
  timeoutMs: number,
): Promise<ReturnType<typeof readStepResponse> | "parked"> {
  try {
    const outbound = buildStepRequest(timer, timeoutMs);
    return readStepResponse(timer, await transport.send(outbound), outbound.url);
  } catch (error) {
    if (isShutdown(error)) return "parked";
    return stepRequestFailure(timer, error instanceof Error ? error : new Error(String(error)));
  }
}

function isShutdown(error: unknown): boolean {
  return error instanceof TransportError && error.code === "shutting_down";
}
