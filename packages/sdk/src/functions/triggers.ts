// What starts a function: the shapes authors may write, the events a handler gets for them, and one normal form. Both call
// shapes (v3: second argument, v4: option `triggers`) end here.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { EventFor, EventName, SentDataFor } from "../schemas/event-registry.ts";
import type { ReceivedEvent } from "../schemas/event-payload.ts";
import type { EventType } from "../schemas/event-type.ts";
import type { SchemaInput, SchemaOutput, StandardSchemaV1 } from "../schemas/standard-schema.ts";
import { durationMsOf, durationText, type DurationInput } from "../wire/duration.ts";

/** Starts a function when an event arrives. */
export interface EventTriggerInput<TName = string> {
  /** An event's name, a pattern ending in `*`, or an event type. */
  readonly event: TName | EventType;
  /** CEL over `event`; the function starts only when it is true. E.g. `event.data.total > 100`. */
  readonly if?: string | undefined;
  readonly schema?: StandardSchemaV1<any, any>;
  readonly cron?: never;
}

/** Starts a function by the clock. */
export interface CronTriggerInput {
  /** Five fields, UTC, or with `TZ=Area/City ` in front. */
  readonly cron: string;
  /** Each tick is moved by a random part of this: 1 s to 5 min. */
  readonly jitter?: DurationInput | undefined;
  readonly event?: never;
}

/** Everything that may stand as one trigger. */
export type TriggerInput<TName = string> = EventTriggerInput<TName> | CronTriggerInput | EventType;

/** One or many triggers. */
export type TriggersInput<TEvents = object, TStrict = false> =
  | TriggerInput<EventName<TEvents, TStrict>>
  | readonly TriggerInput<EventName<TEvents, TStrict>>[];

type OneOf<T> = T extends readonly (infer TOne)[] ? TOne : T;

type EventOf<TEvents, TTrigger> = TTrigger extends EventType
  ? EventFor<TEvents, TTrigger>
  : TTrigger extends { readonly cron: string }
    ? ReceivedEvent<"inngest/scheduled.timer", { cron: string }>
    : TTrigger extends {
          readonly event: infer TName extends string;
          readonly schema: infer TSchema;
        }
      ? ReceivedEvent<TName, SchemaOutput<TSchema>>
      : TTrigger extends { readonly event: infer TEvent }
        ? EventFor<TEvents, TEvent>
        : never;

/** Data that an invocation must bring for a trigger. */
type InvokeDataOf<TEvents, TTrigger> = TTrigger extends EventType
  ? SentDataFor<TEvents, TTrigger>
  : TTrigger extends { readonly cron: string }
    ? Record<string, any>
    : TTrigger extends { readonly event: string; readonly schema: infer TSchema }
      ? SchemaInput<TSchema>
      : TTrigger extends { readonly event: infer TEvent }
        ? SentDataFor<TEvents, TEvent>
        : never;

type IsInvocation<T> = T extends EventType<"inngest/function.invoked"> ? T : never;

/** The triggers that describe an invocation: those of `invoke()`, else all. */
type InvocationTriggers<TTriggers> = [IsInvocation<OneOf<TTriggers>>] extends [never]
  ? OneOf<TTriggers>
  : IsInvocation<OneOf<TTriggers>>;

type ReceivedData<T> = T extends { data: infer TData } ? TData : any;

type InvokedEvent<TEvents, TTriggers> = ReceivedEvent<
  "inngest/function.invoked",
  [OneOf<TTriggers>] extends [never]
    ? any
    : InvocationTriggers<TTriggers> extends infer TTrigger
      ? TTrigger extends { readonly cron: string }
        ? Record<string, any>
        : ReceivedData<EventOf<TEvents, TTrigger>>
      : never
>;

/** The event of a handler: one of its triggers', or an invocation. */
export type EventOfTriggers<TEvents, TTriggers> =
  | Exclude<EventOf<TEvents, OneOf<TTriggers>>, ReceivedEvent<"inngest/function.invoked">>
  | InvokedEvent<TEvents, TTriggers>;

/** What `step.invoke` must give as data to a function with these triggers. */
export type InvokeData<TEvents, TTriggers> = [OneOf<TTriggers>] extends [never]
  ? any
  : InvokeDataOf<TEvents, InvocationTriggers<TTriggers>>;

/** A trigger in its normal form: plain data, checked. */
export type NormalTrigger =
  | {
      readonly event: string;
      readonly if?: string;
      readonly schema?: unknown;
      readonly cron?: never;
    }
  | { readonly cron: string; readonly jitter?: string; readonly event?: never };

const TRIGGERS_MAX = 10;
const CRON_FIELD = /^[\d*,/\-?LW#a-z]+$/i;
const EVENT_NAME_CHARS_MAX = 255;

/**
 * Checks triggers and brings them into their normal form.
 * @throws TypeError naming the trigger, the value and the way out.
 */
export function normalizeTriggers(
  given: unknown,
  functionId: string,
  warn: (message: string) => void,
): NormalTrigger[] {
  if (given === undefined) return [];
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > TRIGGERS_MAX) {
    throw new TypeError(
      `Function "${functionId}" has ${list.length} triggers; at most ${TRIGGERS_MAX} are possible: split it, or use a pattern such as "shop/*".`,
    );
  }
  const triggers = list.map((trigger, index) => {
    const where = `Trigger ${index} of function "${functionId}"`;
    return normalizeTrigger(trigger, where, warn);
  });
  refuseDuplicates(triggers, functionId);
  return triggers;
}

function normalizeTrigger(
  trigger: unknown,
  where: string,
  warn: (message: string) => void,
): NormalTrigger {
  if (typeof trigger === "string") {
    warn(`${where} is the text "${trigger}": write { event: "${trigger}" }.`);
    return normalizeEvent({ event: trigger }, where);
  }
  const { event, cron } = (trigger ?? {}) as { event?: unknown; cron?: unknown };
  if (event !== undefined && cron !== undefined) {
    throw new TypeError(`${where} has both "event" and "cron": make two triggers of it.`);
  }
  if (cron !== undefined) return normalizeCron(trigger as CronTriggerInput, where);
  if (event !== undefined) return normalizeEvent(trigger as EventTriggerInput, where);
  throw new TypeError(
    `${where} has neither "event" nor "cron": write { event: "shop/order.placed" } or { cron: "0 9 * * *" }.`,
  );
}

function normalizeEvent(trigger: EventTriggerInput, where: string): NormalTrigger {
  // By shape, not by class: the event type may come from another copy of the package.
  const event: unknown = trigger.event;
  const type = typeof event === "object" && event !== null ? (event as EventType) : undefined;
  const name: unknown = type === undefined ? event : type.name;
  const schema: unknown = type === undefined ? trigger.schema : type.schema;
  if (typeof name !== "string" || name === "" || name.length > EVENT_NAME_CHARS_MAX) {
    throw new TypeError(
      `${where} has the event ${JSON.stringify(name)}: it must be a name of 1 to ${EVENT_NAME_CHARS_MAX} characters, e.g. "shop/order.placed".`,
    );
  }
  const condition: unknown = trigger.if;
  if (condition !== undefined && typeof condition !== "string") {
    throw new TypeError(
      `${where} has an "if" that is no text: give a CEL expression, e.g. "event.data.total > 100".`,
    );
  }
  return {
    event: name,
    ...(condition === undefined ? {} : { if: condition }),
    ...(schema === undefined ? {} : { schema }),
  };
}

function normalizeCron(trigger: CronTriggerInput, where: string): NormalTrigger {
  const text: unknown = trigger.cron;
  const schedule = typeof text === "string" ? text.replace(/^(CRON_)?TZ=\S+\s+/, "").trim() : "";
  const fields = schedule.split(/\s+/);
  const isShape = fields.length === 5 && fields.every((field) => CRON_FIELD.test(field));
  if (!isShape && !/^@(every \S+|[a-z]+)$/.test(schedule)) {
    throw new TypeError(
      `${where} has the cron ${JSON.stringify(text)}: give five fields (minute hour day month weekday), e.g. "0 9 * * *", with "TZ=Europe/Berlin " in front for a time zone.`,
    );
  }
  const cron = text as string;
  if (trigger.jitter === undefined) return { cron };
  const jitterMs = durationMsOf(trigger.jitter, `The "jitter" of ${where.toLowerCase()}`);
  if (jitterMs < 1_000 || jitterMs > 300_000) {
    throw new TypeError(`${where} has a "jitter" of ${jitterMs} ms: it must be from 1s to 5m.`);
  }
  return { cron, jitter: durationText(jitterMs) };
}

function refuseDuplicates(triggers: readonly NormalTrigger[], functionId: string): void {
  const seen = new Set<string>();
  for (const trigger of triggers) {
    const key =
      "cron" in trigger ? `cron ${trigger.cron}` : `${trigger.event} if ${trigger.if ?? ""}`;
    // Two schemas for one event are alternatives, not duplicates.
    const isAlternative = trigger.event !== undefined && trigger.schema !== undefined;
    if (seen.has(key) && !isAlternative) {
      throw new TypeError(
        `Function "${functionId}" has the same trigger twice (${key}): remove one.`,
      );
    }
    seen.add(key);
  }
}
