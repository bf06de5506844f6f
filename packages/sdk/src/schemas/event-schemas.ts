// The registry of events by name (the v3 way), as types, as values, or both. Schemas given as values are run when events are
// sent and received. Each `from…` returns a new registry; later entries of a name win.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { MergeEvents, NoEvents } from "./event-registry.ts";
import {
  isSchema,
  type AnySchema,
  type SchemaInput,
  type SchemaOutput,
  type StandardSchemaV1,
} from "./standard-schema.ts";

/** The schemas that are run for one event. */
export interface EventValueSchemas {
  readonly data?: AnySchema;
  readonly user?: AnySchema;
}

/** Keys must not contradict a `name` in their entry, unless they are patterns. */
type NamedEntries<T> = {
  [K in keyof T]: {
    data?: any;
    user?: any;
    name?: K extends `${string}*${string}` ? string : K;
  };
};

type DataOf<T> = T extends { data: infer TData }
  ? TData
  : T extends { data?: infer TData }
    ? TData | undefined
    : any;
type UserOf<T> = T extends { user: infer TUser }
  ? TUser
  : "user" extends keyof T
    ? T["user"] | undefined
    : any;

type FromTypes<T> = {
  [K in keyof T & string]: {
    data: ReceivedData<DataOf<T[K]>>;
    sent: DataOf<T[K]>;
    user: UserOf<T[K]>;
  };
};

/** The engine fills in `{}`, so received data is never undefined. */
type ReceivedData<T> = 0 extends 1 & T ? any : Exclude<T, undefined>;

type ValueEntry = AnySchema | { readonly data?: AnySchema; readonly user?: AnySchema };

type FromValues<T> = {
  [K in keyof T & string]: T[K] extends AnySchema
    ? { data: SchemaOutput<T[K]>; sent: SchemaInput<T[K]>; user: any }
    : T[K] extends { readonly data: infer TData }
      ? { data: SchemaOutput<TData>; sent: SchemaInput<TData>; user: UserSchemaOutput<T[K]> }
      : { data: any; sent: any; user: UserSchemaOutput<T[K]> };
};
type UserSchemaOutput<T> = T extends { readonly user: infer TUser extends AnySchema }
  ? SchemaOutput<TUser>
  : any;

type FromUnion<T extends { name: string }> = FromTypes<{
  [K in T["name"]]: Extract<T, { name: K }>;
}>;

type FromLiteralSchemas<T extends readonly AnySchema[]> = FromUnion<
  Extract<SchemaOutput<T[number]>, { name: string }>
>;

/**
 * The events that a client knows.
 *
 * @example
 * type Events = { "shop/order.placed": { data: { orderId: string } } };
 * const byType = new EventSchemas().fromRecord<Events>();
 * const byValue = new EventSchemas().fromRecord({
 *   "shop/order.placed": { data: z.object({ orderId: z.string() }) },
 * });
 * const inngest = new Everstep({ id: "shop", schemas: byValue });
 */
export class EventSchemas<TEvents extends object = NoEvents> {
  /** Types only; never set. */
  declare readonly types: TEvents;
  /** Schemas given as values, by event name. */
  readonly values: ReadonlyMap<string, EventValueSchemas>;

  constructor(values: ReadonlyMap<string, EventValueSchemas> = new Map()) {
    this.values = values;
  }

  /**
   * Registers events by a type parameter (`fromRecord<Events>()`, checked by the compiler only) or by values
   * (`fromRecord({ name: { data: schema } })`, checked at run time too). Schemas: zod 3, zod 4 or any Standard Schema.
   * @throws TypeError when a value is no schema, naming the event.
   */
  fromRecord<T extends NamedEntries<T>>(): EventSchemas<MergeEvents<TEvents, FromTypes<T>>>;
  fromRecord<const T extends Record<string, ValueEntry>>(
    entries: T,
  ): EventSchemas<MergeEvents<TEvents, FromValues<T>>>;
  fromRecord(entries: Record<string, ValueEntry> = {}): EventSchemas<any> {
    return extend(
      this,
      Object.entries(entries).map(([name, entry]) => [name, toSchemas(name, entry)]),
    );
  }

  /** Registers events by a union of payload types, each with a literal `name`. */
  fromUnion<T extends { name: string; data?: any; user?: any }>(): EventSchemas<
    MergeEvents<TEvents, FromUnion<T>>
  > {
    return extend(this, []);
  }

  /** Registers events by a generated record type. */
  fromGenerated<T extends object>(): EventSchemas<MergeEvents<TEvents, FromTypes<T>>> {
    return extend(this, []);
  }

  /**
   * Registers events by zod schemas: a record as in `fromRecord`, or a list of `z.object({ name: z.literal("…"), data: … })`.
   * @throws TypeError when an entry is no schema or a list entry has no literal name.
   */
  fromZod<const T extends readonly AnySchema[]>(
    schemas: T,
  ): EventSchemas<MergeEvents<TEvents, FromLiteralSchemas<T>>>;
  fromZod<const T extends Record<string, ValueEntry>>(
    schemas: T,
  ): EventSchemas<MergeEvents<TEvents, FromValues<T>>>;
  fromZod(schemas: readonly AnySchema[] | Record<string, ValueEntry>): EventSchemas<any> {
    if (!Array.isArray(schemas)) return this.fromRecord(schemas as Record<string, ValueEntry>);
    return extend(this, schemas.map(toLiteralEntry));
  }

  /** Registers events by one Standard Schema for the data of each. */
  fromSchema<const T extends Record<string, StandardSchemaV1<any, any>>>(
    schemas: T,
  ): EventSchemas<MergeEvents<TEvents, FromValues<T>>> {
    return this.fromRecord(schemas);
  }
}

function extend(
  schemas: EventSchemas<any>,
  entries: readonly (readonly [string, EventValueSchemas])[],
): EventSchemas<any> {
  return new EventSchemas(new Map([...schemas.values, ...entries]));
}

function toSchemas(name: string, entry: ValueEntry): EventValueSchemas {
  if (isSchema(entry)) return { data: entry };
  for (const key of ["data", "user"] as const) {
    const schema = (entry as EventValueSchemas | undefined)?.[key];
    if (schema !== undefined && !isSchema(schema)) {
      throw new TypeError(
        `The "${key}" of event "${name}" is not a schema: give a zod schema or any Standard Schema, or use fromRecord<Events>() for types alone.`,
      );
    }
  }
  return entry;
}

interface ZodLikeObject {
  readonly shape?: {
    readonly name?: { readonly value?: unknown };
    readonly data?: AnySchema;
    readonly user?: AnySchema;
  };
}

function toLiteralEntry(schema: AnySchema, index: number): readonly [string, EventValueSchemas] {
  const shape = (schema as ZodLikeObject).shape;
  const name = shape?.name?.value;
  if (typeof name !== "string") {
    throw new TypeError(
      `Schema ${index} given to fromZod() has no literal name: write z.object({ name: z.literal("shop/order.placed"), data: … }).`,
    );
  }
  return [
    name,
    {
      ...(shape?.data === undefined ? {} : { data: shape.data }),
      ...(shape?.user === undefined ? {} : { user: shape.user }),
    },
  ];
}
