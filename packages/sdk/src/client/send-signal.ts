// Sends a signal to the run that waits for it, over the engine's API.
import type { ClientDefinition } from "../functions/definition.ts";
import { createEngineApi } from "../serve/engine-api.ts";
import { SDK_NAME } from "../serve/sdk-identity.ts";

const TIMEOUT_MS = 30_000;

/** What `sendSignal` resolves to. */
export interface SendSignalResponse {
  /** The run that was waiting; absent when none was. */
  runId?: string;
}

/** @throws Error when the server refuses the signal. */
export async function sendSignal(
  client: ClientDefinition,
  signal: { readonly signal: string; readonly data?: unknown; readonly env?: string | undefined },
): Promise<SendSignalResponse> {
  if (typeof signal.signal !== "string" || signal.signal === "") {
    throw new TypeError(
      `sendSignal() got the signal ${JSON.stringify(signal.signal)}: it must be a non-empty text.`,
    );
  }
  const env = signal.env ?? client.env;
  const response = await createEngineApi(client)({
    method: "POST",
    path: "/v1/signals",
    body: JSON.stringify({ signal: signal.signal, data: signal.data }),
    headers: { "x-inngest-sdk": SDK_NAME, ...(env === undefined ? {} : { "x-inngest-env": env }) },
    timeoutMs: TIMEOUT_MS,
  });
  // No run waits for it, which is no error.
  if (response.status === 404) return {};
  const text = await response.text();
  const body = parseAnswer(text);
  if (!response.ok) {
    throw new Error(
      `The signal "${signal.signal}" could not be sent: the server answered ${response.status}: ${body?.error ?? text.slice(0, 200)}`,
    );
  }
  const runId = body?.data?.run_id;
  return runId === undefined ? {} : { runId };
}

interface AnswerBody {
  readonly data?: { readonly run_id?: string };
  readonly error?: string;
}

function parseAnswer(text: string): AnswerBody | undefined {
  try {
    return JSON.parse(text) as AnswerBody;
  } catch {
    return undefined;
  }
}
