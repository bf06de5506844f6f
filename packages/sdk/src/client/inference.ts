// Types that apps derive from their client or function: events, handler arguments, step tools, results. Types only.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { ClientStepTools, HandlerContext } from "../functions/handler-context.ts";
import type { InvokeOutputOf, RawOutputOf } from "../functions/invoke-target.ts";
import type { EventPayload } from "../schemas/event-payload.ts";
import type {
  EventByName,
  InternalEvents,
  PayloadsOf,
  SendPayload,
} from "../schemas/event-registry.ts";
import type { Flatten } from "../schemas/jsonify.ts";
import type { ClientOptions, EventsOf, IsStrict, MiddlewareOf } from "./client-options.ts";

/** The options with which a client was made. */
export type ClientOptionsFromInngest<TClient> = TClient extends {
  readonly "~options": infer TOptions;
}
  ? TOptions
  : ClientOptions;

/** The known events of options, as payloads by name. */
export type EventsFromOpts<TOptions> = PayloadsOf<EventsOf<TOptions>>;

/**
 * The known events of a client, as payloads by name.
 *
 * @example
 * type Events = { "shop/order.placed": { data: { orderId: string } } };
 * const inngest = new Everstep({ id: "shop", schemas: new EventSchemas().fromRecord<Events>() });
 * type Placed = GetEvents<typeof inngest>["shop/order.placed"];
 */
export type GetEvents<TClient, TWithInternal extends boolean = false> = TWithInternal extends true
  ? Flatten<EventsFromOpts<ClientOptionsFromInngest<TClient>> & PayloadsOf<InternalEvents>>
  : EventsFromOpts<ClientOptionsFromInngest<TClient>>;

type KnownName<TClient> = [keyof GetEvents<TClient>] extends [never]
  ? string
  : keyof GetEvents<TClient> & string;

type ContextOf<TOptions, TTrigger> = HandlerContext<
  EventsOf<TOptions>,
  IsStrict<TOptions>,
  TTrigger extends string ? { readonly event: TTrigger } : TTrigger,
  MiddlewareOf<TOptions>,
  readonly []
>;

/**
 * The argument of a handler of this client. For one event, or for all known ones.
 *
 * @example
 * async function ship({ event, step }: GetFunctionInput<typeof inngest, "shop/order.placed">) {}
 */
export type GetFunctionInput<TClient, TTrigger extends string = KnownName<TClient>> = ContextOf<
  ClientOptionsFromInngest<TClient>,
  TTrigger
>;

/**
 * The step tools of a client's handlers, for helpers that take them.
 *
 * @example
 * async function notify(step: GetStepTools<typeof inngest>) {}
 */
export type GetStepTools<TClient, _TTrigger extends string = string> = ClientStepTools<
  EventsOf<ClientOptionsFromInngest<TClient>>,
  IsStrict<ClientOptionsFromInngest<TClient>>,
  MiddlewareOf<ClientOptionsFromInngest<TClient>>
>;

/** What `step.invoke` gives for a function or reference: its result as JSON gives it back. */
export type GetFunctionOutput<TFunction> = InvokeOutputOf<TFunction>;

/** What a function's handler returns, awaited, before it becomes JSON. */
export type GetFunctionOutputRaw<TFunction> = RawOutputOf<TFunction>;

/** The argument of a handler, without what middleware adds. */
export type BaseContext<TClient = any, TTrigger extends string = string> = Context<
  TClient,
  TTrigger
>;

/** The argument of a handler, with members replaced. */
export type Context<
  TClient = any,
  TTrigger extends string = string,
  TOverrides extends Record<string, unknown> = Record<string, never>,
> = Omit<GetFunctionInput<TClient, TTrigger>, keyof KnownMembers<TOverrides>> &
  KnownMembers<TOverrides>;

// Existing apps write `Context.Any`.
export declare namespace Context {
  /** The argument of any handler. */
  export type Any = Context;
}

/** `Record<string, never>` stands for "none", which an index signature would not. */
type KnownMembers<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** A handler of a client. */
export type Handler<
  TClient = any,
  TTrigger extends string = string,
  TOverrides extends Record<string, unknown> = Record<string, never>,
> = (context: Context<TClient, TTrigger, TOverrides>) => unknown;

// Existing apps write `Handler.Any`.
export declare namespace Handler {
  /** A handler of any client. */
  export type Any = (context: any) => unknown;
}

/** The name of the event that a trigger brings. Both forms: `<trigger>`, and `<events, trigger>` of version 3. */
export type EventNameFromTrigger<TFirst, TSecond = never> = [TSecond] extends [never]
  ? NameOfTrigger<TFirst>
  : NameOfTrigger<TSecond>;
type NameOfTrigger<TTrigger> = TTrigger extends {
  readonly event: infer TEvent;
}
  ? TEvent extends { readonly name: infer TName }
    ? TName
    : TEvent
  : TTrigger extends { readonly cron: string }
    ? "inngest/scheduled.timer"
    : TTrigger extends string
      ? TTrigger
      : "inngest/function.invoked";

/** What `send` takes for a record of events: one payload or many. */
export type SendEventPayload<TEvents extends object = Record<string, EventPayload>> =
  | OneSendPayload<TEvents>
  | OneSendPayload<TEvents>[];
type OneSendPayload<TEvents> = {
  [K in keyof TEvents & string]: SendPayload<
    { [P in K]: { data: DataOf<TEvents[P]>; sent: DataOf<TEvents[P]>; user: any } },
    K
  >;
}[keyof TEvents & string];
type DataOf<T> = T extends { data?: infer TData } ? TData : any;

/** The event of a name, as a handler of this client receives it. */
export type GetEvent<TClient, TName extends string> = EventByName<
  EventsOf<ClientOptionsFromInngest<TClient>>,
  TName
>;

/** A value or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;
/** False for `string`, true for texts of which the compiler knows each letter. */
export type IsStringLiteral<T extends string> = string extends T ? false : true;
/** The keys of all members of a union. */
export type UnionKeys<T> = T extends T ? keyof T : never;
/** One member of a strict union: the keys of the others are forbidden. */
export type StrictUnionHelper<T, TAll> = T extends any
  ? T & Partial<Record<Exclude<UnionKeys<TAll>, keyof T>, never>>
  : never;
/** A union whose members forbid each other's keys. */
export type StrictUnion<T> = StrictUnionHelper<T, T>;
/** Either the first keys or the second, not both. */
export type ExclusiveKeys<T, TFirst extends keyof T, TSecond extends keyof T> =
  | (Omit<T, TFirst> & { [K in TFirst]?: never })
  | (Omit<T, TSecond> & { [K in TSecond]?: never });
/** Events without those of the engine. */
export type WithoutInternal<T> = {
  [K in keyof T as K extends `inngest/${string}` ? never : K]: T[K];
};
