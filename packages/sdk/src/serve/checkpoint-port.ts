// Saves the results of steps in the middle of a call (protocol.md 8.1), so that the function goes on without a new call.
import type { CheckpointPort } from "../execution/checkpoint-buffer.ts";
import type { EngineApi } from "./engine-api.ts";

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 100;
const TIMEOUT_MS = 10_000;
const STALE_STATUS = 409;

/** What identifies the call whose steps are saved; opaque values are echoed as they came. */
export interface CheckpointedCall {
  readonly runId: string;
  readonly fnId: string;
  readonly queueItemId: string | undefined;
  readonly requestId: string | undefined;
  readonly generationId: number | undefined;
  /** When the call arrived. */
  readonly startedAtMs: number;
}

/**
 * The port of one call. `send` answers `stale` when another call has taken this one's place, and rejects after the last attempt
 * or at once when the engine refuses the ops: then the call has to answer with them.
 */
export function createCheckpointPort(
  api: EngineApi,
  call: CheckpointedCall,
  wait: (delayMs: number) => Promise<void> = sleep,
): CheckpointPort {
  const path = `/v1/checkpoint/${encodeURIComponent(call.runId)}/async`;
  const send: CheckpointPort["send"] = async (steps) => {
    const body = JSON.stringify({
      run_id: call.runId,
      fn_id: call.fnId,
      qi_id: call.queueItemId,
      request_id: call.requestId,
      generation_id: call.generationId,
      request_started_at: call.startedAtMs,
      steps,
      ts: Date.now(),
    });
    let problem: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (attempt > 0) await wait(FIRST_DELAY_MS * 2 ** (attempt - 1));
      const outcome = await post(api, path, body);
      if (outcome === "saved") return undefined;
      if (outcome === "stale") return outcome;
      problem = outcome.error;
      if (outcome.isFinal) break;
    }
    throw problem;
  };
  return { send };
}

async function post(
  api: EngineApi,
  path: string,
  body: string,
): Promise<"saved" | "stale" | { readonly error: unknown; readonly isFinal: boolean }> {
  try {
    const response = await api({ method: "POST", path, body, timeoutMs: TIMEOUT_MS });
    const text = await response.text();
    if (response.ok) return "saved";
    if (response.status === STALE_STATUS) return "stale";
    const isFinal = response.status >= 400 && response.status < 500 && response.status !== 429;
    const error = new Error(
      `The engine answered ${response.status} to a checkpoint: ${text.slice(0, 500)}`,
    );
    return { error, isFinal };
  } catch (error) {
    return { error, isFinal: false };
  }
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
