// The events a client knows, by name, and what follows for sending, triggering and waiting. Known names with a literal name are
// checked strictly; unknown names are loose (R2), unless the client says `strict: true`. Types only.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type {
  CancelledEventPayload,
  EventMeta,
  EventPayload,
  FailureEventPayload,
  FinishedEventPayload,
  ReceivedEvent,
  ScheduledTimerEventPayload,
} from "./event-payload.ts";
import type { EventType } from "./event-type.ts";
import type { Flatten } from "./jsonify.ts";
import type { SchemaInput, SchemaOutput } from "./standard-schema.ts";

/** No event is known. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- a registry without members
export type NoEvents = Record<never, never>;

/** Events that the engine makes; handlers may trigger on them, nobody may send them. */
export interface InternalEvents {
  "inngest/function.failed": RegisteredData<FailureEventPayload["data"]>;
  "inngest/function.finished": RegisteredData<FinishedEventPayload["data"]>;
  "inngest/function.cancelled": RegisteredData<CancelledEventPayload["data"]>;
  "inngest/function.invoked": RegisteredData<any>;
  "inngest/scheduled.timer": RegisteredData<ScheduledTimerEventPayload["data"]>;
  "inngest/http.request": RegisteredData<Record<string, any>>;
  "inngest/deferred.schedule": RegisteredData<Record<string, any>>;
}

interface RegisteredData<TData> {
  data: TData;
  sent: TData;
  user: any;
}

/** Later registrations win. */
export type MergeEvents<TOld, TNew> = Flatten<Omit<TOld, keyof TNew> & TNew>;

/** What a plain name resolves to when nobody registered it. */
type LooseData = any;

/** The event that a handler receives for a name. Wildcards and plain `string` are loose. */
export type EventByName<TEvents, TName extends string> = string extends TName
  ? ReceivedEvent
  : TName extends keyof TEvents
    ? KnownEvent<TName, Prop<TEvents[TName], "data">, Prop<TEvents[TName], "user">>
    : TName extends keyof InternalEvents
      ? ReceivedEvent<TName, InternalEvents[TName]["data"]>
      : TName extends `${string}*`
        ? ReceivedEvent
        : ReceivedEvent<TName>;

/** `user` is always there when its type says so: then it cannot be sent without. */
type KnownEvent<TName, TData, TUser> = undefined extends TUser
  ? ReceivedEvent<TName, TData, TUser>
  : ReceivedEvent<TName, TData, TUser> & { user: TUser };

type Prop<T, K extends string> = T extends Record<K, infer V> ? V : any;

/** The event for whatever may stand in `event:` of a trigger or of `waitForEvent`: a name or an event type. */
export type EventFor<TEvents, TEvent> =
  TEvent extends EventType<infer TName, infer TSchema>
    ? TSchema extends undefined
      ? EventByName<TEvents, TName>
      : ReceivedEvent<TName extends `${string}*` ? string : TName, SchemaOutput<TSchema>>
    : TEvent extends string
      ? EventByName<TEvents, TEvent>
      : never;

/** Every name; the empty part keeps editors from dropping the suggestions beside it. */
type AnyName = string & Record<never, never>;

/** Names for `event:`. Suggests the known ones; takes every other unless strict. */
export type EventName<TEvents, TStrict> = TStrict extends true
  ? (keyof TEvents & string) | keyof InternalEvents | `${string}*`
  : (keyof TEvents & string) | AnyName;

/** Members of a payload besides its name, for one known event. */
type KnownBody<TRegistered> = OptionalUnlessRequired<"data", Prop<TRegistered, "sent">> &
  (undefined extends Prop<TRegistered, "user">
    ? { user?: Prop<TRegistered, "user"> }
    : { user: Prop<TRegistered, "user"> });

/** `data` may be left out when an empty object would do. */
type OptionalUnlessRequired<K extends string, T> = 0 extends 1 & T
  ? { [P in K]?: T }
  : undefined extends T
    ? { [P in K]?: T }
    : Partial<T> extends T
      ? { [P in K]?: T }
      : { [P in K]: T };

interface PayloadEnvelope {
  id?: string | undefined;
  ts?: number | undefined;
  v?: string | undefined;
  meta?: EventMeta | undefined;
  /** Set on payloads of `eventType().create()`; `send` awaits it. */
  validate?: (() => Promise<void>) | undefined;
}

type PayloadByName<TEvents, TName extends string> = TName extends string
  ? string extends TName
    ? { name: TName; data?: LooseData; user?: any }
    : TName extends keyof TEvents
      ? { name: TName } & KnownBody<TEvents[TName]>
      : { name: TName; data?: LooseData; user?: any }
  : never;

/**
 * One payload of `send` or `step.sendEvent`, checked for its own name: known literal names exactly, all others loosely. The
 * name is inferred first, so an array may mix names.
 */
export type SendPayload<TEvents, TName extends string> = { name: TName } & PayloadEnvelope &
  PayloadByName<TEvents, TName>;

/**
 * Any payload of the registry. Code that is generic over the names of events (`GetEvents<typeof client>[K]`) has payloads whose
 * name is no single literal; they fit here.
 */
export type KnownPayload<TEvents> = {
  [K in keyof TEvents & string]: SendPayload<TEvents, K>;
}[keyof TEvents & string];

/** A payload, or a list of them. */
export type OneOrMany<T> = T | readonly T[];

/** Names that may be sent. */
export type SendableName<TEvents, TStrict> = TStrict extends true ? keyof TEvents & string : string;

/** Data that `step.invoke` must give for a trigger: what would be sent. */
export type SentDataFor<TEvents, TEvent> =
  TEvent extends EventType<infer TName, infer TSchema>
    ? TSchema extends undefined
      ? SentDataByName<TEvents, TName>
      : SchemaInput<TSchema>
    : TEvent extends string
      ? SentDataByName<TEvents, TEvent>
      : any;

type SentDataByName<TEvents, TName> = TName extends keyof TEvents
  ? Prop<TEvents[TName], "sent">
  : any;

/** The registry as payloads by name, for the exported `GetEvents`. */
export type PayloadsOf<TEvents> = {
  [K in keyof TEvents & string]: Flatten<
    Omit<EventPayload, "name" | "data" | "user"> & {
      name: K;
      data: Prop<TEvents[K], "data">;
    } & (undefined extends Prop<TEvents[K], "user">
        ? { user?: Prop<TEvents[K], "user"> }
        : { user: Prop<TEvents[K], "user"> })
  >;
};
