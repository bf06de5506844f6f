// POST /e/:key, the event API (server.md 1.2) and the hottest route. A request's events are taken all or none, and the
// answer comes after the commit that holds them. What the body is follows from its first character, not from its content
// type, because `curl -d` and older senders label JSON as a form.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine, Log } from "@everstep/engine";
import {
  EverstepError,
  HEADERS,
  LIMITS,
  parseEventBody,
  parseEventIdSeed,
  type EventInput,
} from "@everstep/protocol";
import { toErrorBody, type ErrorBody } from "../http/error-reply.ts";
import type { EventKeyGuard } from "../http/event-key-guard.ts";
import { describeJsonError } from "../http/json-position.ts";
import { sendJson } from "../http/raw-reply.ts";
import { readText } from "../http/read-body.ts";
import { UnsupportedMediaError } from "../http/unsupported-media-error.ts";

export interface SendEventsOptions {
  readonly engine: Engine;
  readonly checkEventKey: EventKeyGuard;
  readonly log: Log;
}

export type SendEventsHandler = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  key: string,
) => Promise<void>;

export function createSendEvents(options: SendEventsOptions): SendEventsHandler {
  const { engine, checkEventKey, log } = options;
  return async (incoming, outgoing, key) => {
    const refusal = checkEventKey(key);
    if (refusal !== undefined) {
      sendEventError(outgoing, refusal);
      return;
    }
    try {
      const inputs = parseBody(
        await readText(incoming, LIMITS.requestBodyBytesMax),
        incoming.headers["content-type"],
      );
      const seed = parseEventIdSeed(singleHeader(incoming, HEADERS.eventIdSeed));
      const ids = await engine.sendEvents(inputs, seed === undefined ? {} : { seed });
      sendJson(outgoing, 200, `{"ids":${JSON.stringify(ids)},"status":200}`);
    } catch (error) {
      sendEventError(outgoing, toErrorBody(error, log, "POST /e/:key"));
    }
  };
}

function parseBody(text: string, contentType: string | undefined): EventInput[] {
  if (isForeign(contentType) && !/^\s*[[{]/.test(text) && text.trim() !== "") {
    throw new UnsupportedMediaError(
      `The body is ${contentType?.slice(0, 80)}: send an event object or an array of event objects as application/json.`,
    );
  }
  try {
    return parseEventBody(text);
  } catch (error) {
    throw withPosition(error, text);
  }
}

/** Whether the sender declares something else than JSON. */
function isForeign(contentType: string | undefined): boolean {
  return contentType !== undefined && contentType !== "" && !/\bjson\b/i.test(contentType);
}

function withPosition(error: unknown, text: string): unknown {
  const isSyntax = error instanceof EverstepError && error.cause instanceof SyntaxError;
  if (!isSyntax) return error;
  const where = describeJsonError(text, error.cause as Error);
  return new EverstepError(
    error.code,
    `The request body is not JSON (${where}): send an event object or an array of event objects.`,
    { cause: error },
  );
}

/** SDKs read `ids`, `status` and `error` of a refusal too; nothing of a refused request was taken. */
function sendEventError(
  outgoing: ServerResponse,
  body: Pick<ErrorBody, "error" | "status" | "code" | "data">,
): void {
  sendJson(outgoing, body.status, JSON.stringify({ ids: [], ...body }));
}

function singleHeader(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
