// From a call's body to its answer: a whole call is run from the start, a continued one goes on where the run waits in this
// process (docs/reference/continuation.md). Where no process outlives its reply nothing is kept, and all calls are whole.
import type { CallInput, CallOutput } from "../execution/call.ts";
import {
  CONTINUATION_HEADER,
  CONTINUATION_OFFER,
  CONTINUATION_RESUME,
  continueCall,
  type ContinuedCall,
} from "../execution/continue-call.ts";
import type { ExecuteOptions } from "../execution/execute.ts";
import { LOGS_HEADER, LOGS_TAKEN } from "../logging/log-buffer.ts";
import type { ParkedRuns } from "../execution/parked-runs.ts";
import { readCall, readContinuedCall, type CallContext } from "./call-request.ts";
import { createCheckpointPort } from "./checkpoint-port.ts";
import { findPlatformKeepAlive } from "./keep-alive.ts";
import type { ServeRequest } from "./serve-request.ts";
import type { ServeSettings } from "./serve-settings.ts";

/** Runs one call; `executeCall` of execution/ unless a test gives another. */
export type ExecuteCall = (input: CallInput, options: ExecuteOptions) => Promise<CallOutput>;

export interface Executor {
  readonly execute: ExecuteCall;
  readonly parkedRuns: ParkedRuns;
}

export interface ExecutionContext extends CallContext {
  readonly settings: ServeSettings;
  readonly startedAtMs: number;
}

type Output = Omit<CallOutput, "status"> & { readonly status: number };

/** The run of a continued call is not in this process. Nothing was run; the engine sends the whole state at once. */
const GONE: Output = {
  status: 410,
  headers: { "content-type": "application/json", [CONTINUATION_HEADER]: "gone" },
  body: '{"message":"gone"}',
};

/** Hosts on which the next call may well meet another instance. */
const SERVERLESS_PLATFORMS: ReadonlySet<string> = new Set([
  "vercel",
  "netlify",
  "cloudflare-pages",
]);

/** @throws Error when the body cannot be read; then nothing of the function was run. */
export async function executeRequest(
  { execute, parkedRuns }: Executor,
  body: unknown,
  context: ExecutionContext,
): Promise<Output> {
  const continuation = context.request.header(CONTINUATION_HEADER);
  if (continuation === CONTINUATION_RESUME) {
    const call = readContinuedCall(body, context);
    const options = { ...optionsOf(call.input, context), parkedRuns };
    return (await continueCall(call, context.entry.definition, options)) ?? GONE;
  }
  const call = await readCall(body, context);
  const isKept = continuation === CONTINUATION_OFFER && canKeepRuns(context);
  return execute(call, { ...optionsOf(call, context), ...(isKept ? { parkedRuns } : {}) });
}

function optionsOf(call: ContinuedCall["input"], context: ExecutionContext): ExecuteOptions {
  const { request, api, startedAtMs } = context;
  const { fnId } = call;
  return {
    keepsWaits: isOurEngine(request),
    takesLogs: request.header(LOGS_HEADER) === LOGS_TAKEN,
    ...(fnId === undefined
      ? {}
      : { checkpoint: createCheckpointPort(api, { ...call, fnId, startedAtMs }) }),
  };
}

/** Our engine says so in its calls. It can do what official servers cannot, and the other way round nothing is lost. */
function isOurEngine(request: ServeRequest): boolean {
  return request.header("user-agent")?.startsWith("everstep") === true;
}

function canKeepRuns({ request, settings }: ExecutionContext): boolean {
  const isStoppedWithReply =
    request.keepAlive !== undefined || findPlatformKeepAlive() !== undefined || isWorker();
  const isServerless = SERVERLESS_PLATFORMS.has(settings.platform ?? "");
  // A streamed reply has sent its headers before anything is known.
  return !isStoppedWithReply && !isServerless && !settings.isStreaming;
}

/** Cloudflare forbids to resolve in one request what another one awaits. */
function isWorker(): boolean {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: unknown } };
  return navigator?.userAgent === "Cloudflare-Workers";
}
