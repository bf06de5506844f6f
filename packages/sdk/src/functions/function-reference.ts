// A name for a function that lives elsewhere (another app, another language), with the types of its data and result.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import {
  isSchema,
  type AnySchema,
  type SchemaInput,
  type SchemaOutput,
} from "../schemas/standard-schema.ts";
import type { InvokeInputOf, InvokeTypes, RawOutputOf } from "./invoke-target.ts";

/** Refers to a function by id; a target of `step.invoke`. Made by `referenceFunction`. */
export class FunctionReference<TInput = any, TOutput = any> {
  /** Types only; never set. */
  declare readonly "~invoke"?: { readonly input: TInput; readonly output: TOutput };
  readonly opts: { readonly functionId: string; readonly appId?: string };

  constructor(opts: { readonly functionId: string; readonly appId?: string }) {
    this.opts = opts;
  }

  get [Symbol.toStringTag](): "Inngest.FunctionReference" {
    return "Inngest.FunctionReference";
  }
}

/** Which function, and the schemas of its data and result (for types alone). */
export interface ReferenceOptions {
  readonly functionId: string;
  /** Default: the app of the caller. */
  readonly appId?: string;
  readonly schemas?: { readonly data?: AnySchema; readonly return?: AnySchema };
}

type DataOf<T> = T extends { readonly schemas: { readonly data: infer TSchema extends AnySchema } }
  ? SchemaInput<TSchema>
  : any;
type ReturnOf<T> = T extends {
  readonly schemas: { readonly return: infer TSchema extends AnySchema };
}
  ? SchemaOutput<TSchema>
  : any;

/**
 * Refers to a function without importing it.
 *
 * @throws TypeError when `functionId` is missing.
 * @example
 * const resize = referenceFunction<typeof fn>({ functionId: "resize" });
 * const score = referenceFunction({
 *   functionId: "score",
 *   appId: "ml",
 *   schemas: { data: z.object({ text: z.string() }), return: z.object({ score: z.number() }) },
 * });
 */
export function referenceFunction<
  TFunction extends { readonly "~invoke"?: InvokeTypes; readonly definition: unknown },
>(
  options: Omit<ReferenceOptions, "schemas">,
): FunctionReference<InvokeInputOf<TFunction>, RawOutputOf<TFunction>>;
export function referenceFunction<const T extends ReferenceOptions>(
  options: T,
): FunctionReference<DataOf<T>, ReturnOf<T>>;
export function referenceFunction(options: ReferenceOptions): FunctionReference {
  const { functionId, appId, schemas } = options;
  if (typeof functionId !== "string" || functionId === "") {
    throw new TypeError(
      `referenceFunction() got the functionId ${JSON.stringify(functionId)}: give the id of the function, without its app.`,
    );
  }
  for (const [key, schema] of Object.entries(schemas ?? {})) {
    if (schema === undefined || isSchema(schema)) continue;
    throw new TypeError(
      `The schema "${key}" of referenceFunction("${functionId}") is not a schema: give a zod schema or any Standard Schema.`,
    );
  }
  return new FunctionReference({
    functionId,
    ...(appId === undefined ? {} : { appId }),
  });
}

// Existing apps write `InngestFunctionReference.Any`.
export declare namespace FunctionReference {
  /** A reference with any data and result. */
  export type Any = FunctionReference;
  /** A reference of any copy of the package. */
  export interface Like {
    readonly [Symbol.toStringTag]: "Inngest.FunctionReference";
  }
  /** What `referenceFunction` takes, with the schemas of data and result. */
  export interface HelperArgs<TData, TReturn> {
    readonly functionId: string;
    readonly appId?: string;
    readonly schemas?: { readonly data?: TData; readonly return?: TReturn };
  }
}
