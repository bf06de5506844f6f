// Typed triggers and payloads without a registry (the v4 way): an event type carries its name, schema and version, can be used
// wherever an event is named, and makes payloads that are checked when they are sent.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { EventMeta } from "./event-payload.ts";
import { isSchema, type SchemaInput, type StandardSchemaV1 } from "./standard-schema.ts";
import { validateValue } from "./validate.ts";
import { EventValidationError } from "./event-validation-error.ts";

/** Options of a created payload. */
export interface CreateEventOptions {
  /** Idempotency key. */
  id?: string;
  /** Epoch ms; in the future: functions start then. */
  ts?: number;
  /** Overrides the event type's version. */
  v?: string;
  meta?: EventMeta;
}

/** A payload of `eventType().create()`. */
export interface CreatedEvent<TName extends string, TData> {
  name: TName;
  data: TData;
  id?: string;
  ts?: number;
  v?: string;
  meta?: EventMeta;
  /**
   * Checks the data against the schema; `send` awaits it.
   * @throws EventValidationError naming each field that does not fit.
   */
  validate: () => Promise<void>;
}

type CreateArguments<TSchema> = TSchema extends undefined
  ? [data?: Record<string, any>, options?: CreateEventOptions]
  : [data: SchemaInput<TSchema>, options?: CreateEventOptions];

type CreatedData<TSchema> = TSchema extends undefined ? Record<string, any> : SchemaInput<TSchema>;

/**
 * A named event with an optional schema: a trigger, an `event:` of `waitForEvent` and `cancelOn`, and a maker of payloads.
 * Made by `eventType`.
 */
export class EventType<
  TName extends string = string,
  TSchema extends StandardSchemaV1<any, any> | undefined = any,
> {
  /** The name again, so that an event type can stand as a trigger itself. */
  readonly event: TName;
  readonly name: TName;
  readonly schema: TSchema;
  /** Version of the data's shape, sent as `v`. */
  readonly version?: string;

  constructor(given: {
    readonly name: TName;
    readonly schema: TSchema;
    readonly version?: string;
  }) {
    if (typeof given.name !== "string" || given.name === "") {
      throw new TypeError(
        `eventType() got the name ${JSON.stringify(given.name)}: it must be a non-empty string, e.g. "shop/order.placed".`,
      );
    }
    if (given.schema !== undefined && !isSchema(given.schema)) {
      throw new TypeError(
        `The schema of event type "${given.name}" is not a Standard Schema: use zod 3.24+, zod 4, valibot, arktype or staticSchema<T>().`,
      );
    }
    this.event = given.name;
    this.name = given.name;
    this.schema = given.schema;
    if (given.version !== undefined) this.version = given.version;
  }

  /**
   * A payload of this event, ready for `send` and `step.sendEvent`.
   *
   * @example
   * const orderPlaced = eventType("shop/order.placed", {
   *   schema: staticSchema<{ orderId: string }>(),
   * });
   * await inngest.send(orderPlaced.create({ orderId: "o-1" }, { id: "order-o-1" }));
   */
  create(...args: CreateArguments<TSchema>): CreatedEvent<TName, CreatedData<TSchema>> {
    const [data, options = {}] = args as [unknown, CreateEventOptions?];
    const { name, schema } = this;
    const version = options.v ?? this.version;
    const payload = {
      ...options,
      name,
      data: (data ?? {}) as CreatedData<TSchema>,
      ...(version === undefined ? {} : { v: version }),
    };
    // Not enumerable: the method must never reach the wire or a deep comparison in tests.
    Object.defineProperty(payload, "validate", {
      enumerable: false,
      value: async (): Promise<void> => {
        if (schema === undefined) return;
        const result = await validateValue(schema, payload.data);
        if (result.issues) throw EventValidationError.of(name, result.issues);
      },
    });
    return payload as CreatedEvent<TName, CreatedData<TSchema>>;
  }
}

/**
 * Declares an event with a name and, if given, a schema and a version.
 *
 * @param name E.g. `shop/order.placed`; a trailing `*` matches many names (then `create` makes no sense).
 * @example
 * const orderPlaced = eventType("shop/order.placed", { schema: z.object({ orderId: z.string() }) });
 * inngest.createFunction({ id: "ship", triggers: orderPlaced }, async ({ event }) => event.data.orderId);
 */
export function eventType<
  const TName extends string,
  TSchema extends StandardSchemaV1<any, any> | undefined = undefined,
>(
  name: TName,
  options: { readonly schema?: TSchema; readonly version?: string } = {},
): EventType<TName, TSchema> {
  const { schema, version } = options;
  return new EventType<TName, TSchema>({
    name,
    schema: schema as TSchema,
    ...(version === undefined ? {} : { version }),
  });
}

/**
 * A trigger for calls by `step.invoke`, with the schema of their data.
 *
 * @example
 * const triggers = invoke(z.object({ url: z.string() }));
 * inngest.createFunction({ id: "resize", triggers }, ({ event }) => event.data.url);
 */
export function invoke<TSchema extends StandardSchemaV1<any, any>>(
  schema: TSchema,
): EventType<"inngest/function.invoked", TSchema> {
  return new EventType({ name: "inngest/function.invoked", schema });
}

/**
 * A trigger by the clock.
 *
 * @param schedule Five fields (minute hour day month weekday), UTC, or with a zone in front: `TZ=Europe/Berlin 0 9 * * *`.
 * @example
 * inngest.createFunction({ id: "digest", triggers: cron("0 9 * * *") }, async () => {});
 */
export function cron<const TSchedule extends string>(schedule: TSchedule): { cron: TSchedule } {
  return { cron: schedule };
}

/**
 * A schema that only carries a type and accepts every value at run time.
 *
 * @example
 * const placed = eventType("shop/order.placed", { schema: staticSchema<{ orderId: string }>() });
 */
export function staticSchema<TData extends Record<string, any>>(): StandardSchemaV1<TData> {
  return {
    "~standard": {
      version: 1,
      vendor: "everstep",
      validate: (value: unknown) => ({ value: value as TData }),
    },
  };
}
