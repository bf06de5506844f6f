// What step tools do to the outside world when they run for real: events through the client, signals and messages through the
// engine's API.
import type { CallInput } from "../execution/call.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import { withInheritedSessions } from "../client/sessions.ts";
import type { ClientDefinition } from "../functions/definition.ts";
import { diagnose } from "../logging/diagnostics.ts";
import { createEngineApi, type EngineApi } from "../serve/engine-api.ts";
import { fromWireEvent, toWireEvent } from "../wire/tagged-events.ts";
import type { StepPort, StepRequest } from "./step-request.ts";

const API_TIMEOUT_MS = 30_000;

export interface EngineStepPortOptions {
  readonly input: CallInput;
  readonly keepsWaits: boolean;
  readonly hooks: () => ExecutionHooks;
  readonly perform: (request: StepRequest) => Promise<unknown>;
}

export function engineStepPort(options: EngineStepPortOptions): StepPort {
  const { client } = options.input.function;
  let opened: EngineApi | undefined;
  const api = (): EngineApi => (opened ??= createEngineApi(client));
  return {
    appId: client.id,
    keepsWaits: options.keepsWaits,
    perform: options.perform,
    fetch: client.fetch,
    // The seed is the same for all attempts of the step, so that a retry sends nothing twice.
    sendEvents: (payloads, context) =>
      client.sendEvents(payloads, { seedText: context.idempotencyKey, hooks: options.hooks() }),
    ...(client.sessionPropagation === false ? {} : { withSessions: withInheritedSessions }),
    ...(client.taggedValues === false
      ? {}
      : { toWirePayload: (payload) => toWireEvent(payload, () => tellTooMany(client)) }),
    diagnose: (id, problem) => diagnose(options.input.function, id, problem),
    readEvent: async (event, schema) => {
      const read = client.taggedValues === false ? event : fromWireEvent(event);
      return client.checkEvent === undefined ? read : client.checkEvent(read, schema);
    },
    sendSignal: (signal, data) => sendSignal(api(), client.env, { signal, data }),
    publish: (message) => publish(api(), { ...message, runId: options.input.runId }),
  };
}

function tellTooMany(client: ClientDefinition): void {
  client.logger.warn(
    "The data of a step.invoke has dates, maps or the like in too many different places: they arrive as plain JSON. Put them into lists of equal items.",
  );
}

async function sendSignal(
  api: EngineApi,
  env: string | undefined,
  signal: { readonly signal: string; readonly data: unknown },
): Promise<{ readonly runId?: string }> {
  const response = await api({
    method: "POST",
    path: "/v1/signals",
    body: JSON.stringify(signal),
    timeoutMs: API_TIMEOUT_MS,
    ...(env === undefined ? {} : { headers: { "x-inngest-env": env } }),
  });
  // Nobody waits for the signal: that is an answer, not a failure.
  if (response.status === 404) return {};
  await requireOk(response, `The signal "${signal.signal}" was not accepted`);
  const body = (await response.json()) as { readonly data?: { readonly run_id?: unknown } };
  const runId = body.data?.run_id;
  return typeof runId === "string" ? { runId } : {};
}

async function publish(
  api: EngineApi,
  message: { channel: string; topic: string; data: unknown; runId: string },
): Promise<void> {
  const query = new URLSearchParams({
    channel: message.channel,
    topic: message.topic,
    run_id: message.runId,
  });
  const response = await api({
    method: "POST",
    path: `/v1/realtime/publish?${query.toString()}`,
    body: JSON.stringify(message.data) ?? "null",
    timeoutMs: API_TIMEOUT_MS,
  });
  await requireOk(response, `The message to ${message.channel}/${message.topic} was not accepted`);
}

async function requireOk(response: Response, problem: string): Promise<void> {
  if (response.ok) return;
  const text = (await response.text()).slice(0, 500);
  throw new Error(`${problem}: the server answered ${response.status} ${text}`);
}
