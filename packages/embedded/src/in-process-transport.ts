// The engine's transport to functions of this process: no sockets, no signatures, no call bodies. Requests that steps ask for
// (step.fetch, step.ai.infer) go out over HTTP as ever.
import {
  TransportError,
  type Clock,
  type Engine,
  type InProcessCall,
  type Transport,
} from "@everstep/engine";
import {
  EverstepError,
  HEADERS,
  parseCallResponse,
  parseOps,
  type CallResult,
} from "@everstep/protocol";
import type { CallOutput } from "everstep";
import { SDK_NAME, type CheckpointPort } from "everstep/in-process";
import { KeptCalls, type KeptCall } from "./kept-calls.ts";
import type { ServedFunctions } from "./served-functions.ts";

export interface InProcessTransportOptions {
  readonly functions: ServedFunctions;
  readonly clock: Clock;
  readonly http: Transport;
  /** Asked for when it is needed: engine and transport know each other. */
  readonly engine: () => Pick<Engine, "checkpoint">;
}

export type InProcessTransport = Transport & Required<Pick<Transport, "call">>;

export function createInProcessTransport(options: InProcessTransportOptions): InProcessTransport {
  const { functions, clock, http, engine } = options;
  /** How to give up each call that is out. */
  const out = new Set<(error: TransportError) => void>();
  let isClosed = false;

  const kept = new KeptCalls();

  const make = (call: InProcessCall): KeptCall => {
    const { slug } = call.function.config;
    const served = functions.find(slug);
    if (served === undefined) throw notServed(slug);
    return kept.make(call, served, {
      keepsWaits: true,
      takesLogs: true,
      checkpoint: checkpointPort(engine(), call),
    });
  };

  return {
    send: (request) => http.send(request),
    call(call) {
      return new Promise((resolve, reject) => {
        if (isClosed) {
          reject(stopping());
          return;
        }
        const made = make(call);
        const giveUp = (error: TransportError): void => {
          settle();
          made.giveUp();
          reject(error);
        };
        const stopClock = clock.at(clock.nowMs() + call.timeoutMs, () =>
          giveUp(new TransportError("timed_out", `no answer within ${call.timeoutMs} ms`)),
        );
        const settle = (): void => {
          stopClock();
          out.delete(giveUp);
        };
        out.add(giveUp);
        const accept = (result: CallResult): void => {
          settle();
          resolve(result);
        };
        const refuse = (error: unknown): void => {
          settle();
          reject(error);
        };
        made.answer.then(toCallResult).then(accept, refuse);
      });
    },
    async close() {
      isClosed = true;
      for (const giveUp of out) giveUp(stopping());
      kept.close();
      await http.close();
    },
  };
}

function toCallResult({ status, headers, body }: CallOutput): CallResult {
  return parseCallResponse({
    status,
    headers: { ...headers, [HEADERS.sdk]: SDK_NAME },
    bodyText: body,
  });
}

/** Saves steps in the middle of a call. Whatever cannot be saved goes out with the call's answer, which the engine keeps trying to record. */
function checkpointPort(
  engine: Pick<Engine, "checkpoint">,
  { run, timer, generation }: InProcessCall,
): CheckpointPort {
  const call = { runId: run.state.head.id, generation, jobId: String(timer.id) };
  return {
    async send(ops) {
      try {
        await engine.checkpoint({ ...call, ops: parseOps(ops.map(isolated)) });
      } catch (error) {
        if (isStale(error)) return "stale";
        throw error;
      }
      return undefined;
    },
  };
}

/** Arguments and metadata of a step may hold values that user code keeps and changes; the data are a copy already. */
function isolated(op: Parameters<CheckpointPort["send"]>[0][number]): unknown {
  const { opts, metadata } = op;
  const isPlain = metadata === undefined && (opts === undefined || Object.keys(opts).length === 0);
  return isPlain ? op : { ...op, ...(JSON.parse(JSON.stringify({ opts, metadata })) as object) };
}

/** An engine that has stopped makes the call again when it is started: this one must do no further work. */
function isStale(error: unknown): boolean {
  if (!(error instanceof EverstepError)) return false;
  return error.code === "dispatch_stale" || error.code === "shutting_down";
}

function stopping(): TransportError {
  return new TransportError("shutting_down", "the engine is stopping");
}

function notServed(slug: string): TransportError {
  return new TransportError(
    "not_served",
    `this engine has no function "${slug}" any more; pass it to createEngine({ functions }) until its runs have ended`,
  );
}
