// Sending events for a client: hooks, checks against schemas, batches, and a seed that makes repeats harmless. Inside a step the
// seed follows from run and step, so that a retried step sends nothing twice (R10).
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { ClientDefinition, EventObject, Logger } from "../functions/definition.ts";
import type { ExecutionHooks, SendResult } from "../execution/hooks.ts";
import { diagnoseEvent } from "../logging/diagnostics.ts";
import { checkOutgoing } from "../schemas/check-event.ts";
import type { EventSchemas } from "../schemas/event-schemas.ts";
import { SDK_NAME } from "../serve/sdk-identity.ts";
import { findAttachedEngine, type AttachedEngine } from "./attached-engine.ts";
import { toWireEvent } from "../wire/tagged-events.ts";
import { biggestField, toBatches, type EventBatch } from "./event-batches.ts";
import { randomSeed, seedFromText, shiftSeed } from "./event-id-seed.ts";
import { withInheritedSessions } from "./sessions.ts";
import { EventSendError } from "./event-send-error.ts";
import { postEvents, type PostTarget } from "./post-events.ts";

/** Stands in for the key in dev mode, as official SDKs have it; dev servers take any. */
const NO_KEY = "NO_EVENT_KEY_SET";

export interface SendRequest {
  readonly payloads: readonly EventObject[];
  readonly hooks: ExecutionHooks;
  readonly seedText: string | undefined;
  readonly env: string | undefined;
  readonly timeoutMs: number;
  readonly platform: string | undefined;
  readonly schemas: EventSchemas<any> | undefined;
}

interface Sender extends Pick<
  ClientDefinition,
  | "fetch"
  | "mode"
  | "eventBaseUrl"
  | "eventKey"
  | "env"
  | "taggedValues"
  | "sessionPropagation"
  | "diagnostics"
  | "logger"
> {
  readonly internalLogger: Logger;
}

/**
 * Sends events.
 * @throws TypeError for events that cannot be sent, EventValidationError for data that does not fit its schema, EventSendError
 * when the server does not take them.
 */
export async function sendEvents(client: Sender, request: SendRequest): Promise<{ ids: string[] }> {
  const { hooks } = request;
  const given =
    client.sessionPropagation === false
      ? request.payloads
      : request.payloads.map((payload) => withInheritedSessions(payload));
  // What the author gave is checked: middleware may encrypt it so that no schema fits any more.
  for (const payload of given) await checkOutgoing(request.schemas, payload);
  const [first] = given;
  if (first !== undefined) diagnoseEvent(client, first);
  const payloads = (await hooks.transformSendEvents?.(given)) ?? given;
  const post = (events: readonly EventObject[]): Promise<SendResult> =>
    postPayloads(client, request, events);
  const result = await (hooks.wrapSend === undefined
    ? post(payloads)
    : hooks.wrapSend(payloads, post));
  return { ...result, ids: [...result.ids] };
}

async function postPayloads(
  client: Sender,
  request: SendRequest,
  given: readonly EventObject[],
): Promise<SendResult> {
  const payloads = toWireEvents(client, given);
  if (payloads.length === 0) {
    client.internalLogger.warn("send() was given no events; nothing was sent.");
    return { ids: [] };
  }
  const engine = findAttachedEngine(client);
  const nowMs = engine?.nowMs() ?? Date.now();
  const batches = toBatches(payloads, nowMs);
  if (engine !== undefined) return { ids: await giveTo(engine, batches, request.seedText) };
  const seed = request.seedText === undefined ? randomSeed(nowMs) : seedFromText(request.seedText);
  const target = toTarget(client, request);
  const ids = await postEvents(target, batches, seed).catch((error: unknown) => {
    throw explainSize(error, payloads);
  });
  return { ids };
}

/** Nothing is lost on the way to an engine of this process, so only a step, which may be tried again, needs a seed. */
async function giveTo(
  engine: AttachedEngine,
  batches: readonly EventBatch[],
  seedText: string | undefined,
): Promise<string[]> {
  const seed = seedText === undefined ? undefined : seedFromText(seedText);
  const ids: string[] = [];
  for (const { body, offset } of batches) {
    const shifted = seed === undefined ? undefined : shiftSeed(seed, offset);
    try {
      ids.push(...(await engine.sendEvents(body, shifted)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const totalCount = batches.reduce((sum, batch) => sum + batch.count, 0);
      throw new EventSendError(`The embedded engine did not take the events: ${reason}`, {
        sentCount: offset,
        totalCount,
        cause: error,
      });
    }
  }
  return ids;
}

/** Dates and the like as plain JSON, with a map of where they are (R17). */
function toWireEvents(client: Sender, payloads: readonly EventObject[]): readonly EventObject[] {
  if (client.taggedValues === false) return payloads;
  return payloads.map((payload) =>
    toWireEvent(payload, () => {
      client.internalLogger.warn(
        `The event "${payload.name}" has dates, maps or the like in too many different places: they arrive as plain JSON. Put them into lists of equal items.`,
      );
    }),
  );
}

function toTarget(client: Sender, request: SendRequest): PostTarget {
  const { eventKey, eventBaseUrl, mode } = client;
  if (eventKey === undefined && mode === "cloud") {
    throw new EventSendError(
      'No event key is set: give the client "eventKey" or set EVERSTEP_EVENT_KEY (or INNGEST_EVENT_KEY). For a dev server set isDev: true or INNGEST_DEV=1.',
      { sentCount: 0, totalCount: request.payloads.length },
    );
  }
  const env = request.env ?? client.env;
  return {
    fetch: client.fetch,
    url: new URL(`e/${encodeURIComponent(eventKey ?? NO_KEY)}`, withSlash(eventBaseUrl)).href,
    shownUrl: eventBaseUrl,
    isDev: mode === "dev",
    timeoutMs: request.timeoutMs,
    headers: {
      "content-type": "application/json",
      "user-agent": SDK_NAME,
      "x-inngest-sdk": SDK_NAME,
      ...(env === undefined ? {} : { "x-inngest-env": env }),
      ...(request.platform === undefined ? {} : { "x-inngest-platform": request.platform }),
    },
  };
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/** A server with a smaller limit than ours says only "too large"; the author needs to know what is. */
function explainSize(error: unknown, payloads: readonly EventObject[]): unknown {
  if (!(error instanceof EventSendError) || error.status !== 413) return error;
  const largest = payloads
    .slice(error.sentCount)
    .map((payload) => ({ payload, size: JSON.stringify(payload).length }))
    .toSorted((left, right) => right.size - left.size)[0];
  if (largest === undefined) return error;
  const { payload, size } = largest;
  return new EventSendError(
    `${error.message} The largest event is "${payload.name}" with about ${size} bytes; its biggest field is ${biggestField(payload) ?? "its name"}.`,
    error,
  );
}
