// Keeps what an app stores in the engine unreadable for it: results of steps and functions, the field `encrypted` of events, and that
// of invocations. Not encrypted: errors, arguments of steps, and requests that the engine itself makes (step.fetch, step.ai.infer).
// Values are bound to their step and function, not to the run: a rerun takes over the results of another run.
import type { MemoizedStep } from "../../execution/hooks.ts";
import type { EventObject } from "../../functions/definition.ts";
import { asFaithful } from "../../execution/faithful-values.ts";
import { roundTrip } from "../../wire/json-text.ts";
import { InngestMiddleware, type MiddlewareRegisterFn } from "../inngest-middleware.ts";
import { decrypt, encrypt, isEnvelope } from "./envelope.ts";
import { createKeyRing, type KeyRing } from "./key-ring.ts";

export { EncryptionError } from "./key-ring.ts";

/** Options of `encryptionMiddleware`. */
export interface EncryptionOptions {
  /** Secret text with at least 16 random characters, e.g. from `openssl rand -base64 32`. Of several, the first encrypts. */
  readonly key: string | readonly string[];
  /** Keys of older values. */
  readonly fallbackDecryptionKeys?: readonly string[] | undefined;
  /** True: what is encrypted is read, nothing new is encrypted. For the first deploy of a key, and for turning encryption off. */
  readonly decryptOnly?: boolean | undefined;
  /** Members of `event.data` that are encrypted; false: none. Default `encrypted`. */
  readonly eventEncryptionField?: string | readonly string[] | false | undefined;
}

interface Cipher {
  readonly ring: KeyRing;
  readonly fields: readonly string[];
}

interface CallEvents {
  readonly event: EventObject;
  readonly events: readonly EventObject[];
}

/** Results of functions are bound to no function: those that invoke it read them. */
const OUTPUT = "output";

/**
 * Encrypts results of steps and functions, and the member `encrypted` of event data, before they leave the app.
 * To be listed first: middleware behind it then sees plain values.
 *
 * @throws TypeError for a missing or short key.
 * @example
 * const inngest = new Everstep({
 *   id: "shop",
 *   middleware: [encryptionMiddleware({ key: process.env["ENCRYPTION_KEY"] ?? "" })],
 * });
 * await inngest.send({ name: "shop/order.placed", data: { orderId: "o-1", encrypted: { iban: "DE02120300000000202051" } } });
 */
export function encryptionMiddleware(
  options: EncryptionOptions,
): InngestMiddleware<{ name: string; init: MiddlewareRegisterFn }> {
  const keys = typeof options.key === "string" ? [options.key] : (options.key ?? []);
  const cipher = {
    ring: createKeyRing([...keys, ...(options.fallbackDecryptionKeys ?? [])]),
    fields: fieldsOf(options),
  };
  const isEncrypting = options.decryptOnly !== true;
  return new InngestMiddleware({
    name: "encryption",
    init: ({ client }) => ({
      onFunctionRun: ({ fn }) => ({
        transformInput: async ({ ctx, steps }) => {
          const given = ctx as unknown as CallEvents;
          const events = await Promise.all(given.events.map((event) => openEvent(event, cipher)));
          return {
            ctx: { events, event: events[0] ?? (await openEvent(given.event, cipher)) },
            steps: await Promise.all(steps.map((step) => openStep(step, stepPlace, cipher))),
          };

          function stepPlace(id: string): string {
            return placeOfStep(fn.id(client.id), id);
          }
        },
        transformOutput: async ({ result, step }) => {
          if (!isEncrypting || result.error !== undefined) return undefined;
          if (step === undefined) {
            return { result: { data: await encrypt(result.data, OUTPUT, cipher.ring.first) } };
          }
          const place = placeOfStep(fn.id(client.id), step.id);
          // What a step gives back is JSON, encrypted or not.
          const data = roundTrip(result.data);
          return { result: { data: asFaithful(await encrypt(data, place, cipher.ring.first)) } };
        },
      }),
      onSendEvent: () => ({
        transformInput: async ({ payloads }) =>
          isEncrypting
            ? { payloads: await closeEvents(payloads as readonly EventObject[], cipher) }
            : undefined,
      }),
    }),
  });
}

function fieldsOf({ eventEncryptionField }: EncryptionOptions): readonly string[] {
  if (eventEncryptionField === false) return [];
  if (eventEncryptionField === undefined) return ["encrypted"];
  return typeof eventEncryptionField === "string" ? [eventEncryptionField] : eventEncryptionField;
}

function placeOfStep(functionId: string, hashedId: string): string {
  return `step ${functionId} ${hashedId}`;
}

function closeEvents(events: readonly EventObject[], cipher: Cipher): Promise<EventObject[]> {
  return Promise.all(events.map((event) => closeEvent(event, cipher)));
}

async function closeEvent(event: EventObject, { ring, fields }: Cipher): Promise<EventObject> {
  const data: Record<string, unknown> = { ...event.data };
  for (const field of fields) {
    const value = data[field];
    if (value === undefined || isEnvelope(value)) continue;
    data[field] = await encrypt(value, placeOfField(event.name, field), ring.first);
  }
  return { ...event, data };
}

function placeOfField(eventName: string, field: string): string {
  return `event ${eventName} ${field}`;
}

/** A result of this step, of a function that it invoked, or an event that it waited for. */
async function openStep(
  step: MemoizedStep,
  placeOf: (id: string) => string,
  cipher: Cipher,
): Promise<MemoizedStep> {
  const { data } = step;
  if (isEnvelope(data)) {
    const expected = { places: [placeOf(step.id), OUTPUT], what: `The result of step ${step.id}` };
    return { ...step, data: await decrypt(data, expected, cipher.ring) };
  }
  return isEvent(data) ? { ...step, data: await openEvent(data, cipher) } : step;
}

/** Lifecycle events carry the event that began their run, and its result. */
async function openEvent<T extends EventObject>(event: T, cipher: Cipher): Promise<T> {
  if (!isEvent(event)) return event;
  const data: Record<string, unknown> = { ...event.data };
  for (const field of cipher.fields) {
    const value = data[field];
    if (!isEnvelope(value)) continue;
    const what = `The field data.${field} of the event "${event.name}"`;
    data[field] = await decrypt(
      value,
      { places: [placeOfField(event.name, field)], what },
      cipher.ring,
    );
  }
  if (event.name.startsWith("inngest/function.")) {
    const { event: inner, events, result } = data;
    if (isEvent(inner)) data["event"] = await openEvent(inner, cipher);
    if (Array.isArray(events)) {
      data["events"] = await Promise.all(
        events.map((each) => (isEvent(each) ? openEvent(each, cipher) : (each as unknown))),
      );
    }
    if (isEnvelope(result)) {
      const expected = { places: [OUTPUT], what: `The result in the event "${event.name}"` };
      data["result"] = await decrypt(result, expected, cipher.ring);
    }
  }
  return { ...event, data };
}

function isEvent(value: unknown): value is EventObject {
  if (typeof value !== "object" || value === null) return false;
  const { name, data } = value as { readonly name?: unknown; readonly data?: unknown };
  return typeof name === "string" && typeof data === "object" && data !== null;
}
