// What the SDK needs of a schema library: the Standard Schema interface (standardschema.dev, version 1), which zod 3.24+, zod 4,
// valibot, arktype and others implement, and the older zod 3 shape. Types and recognition only; running one is in validate.ts.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  /** Keys from the value's root, as they are or wrapped in `{ key }`. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The outcome of a validation: the value as the schema gives it out, or what is wrong. */
export type SchemaResult<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * A schema of any library that implements Standard Schema.
 *
 * @example
 * const schema: StandardSchemaV1<{ userId: string }> = z.object({ userId: z.string() });
 */
export interface StandardSchemaV1<TInput = unknown, TOutput = TInput> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<TOutput> | Promise<SchemaResult<TOutput>>;
    readonly types?: { readonly input: TInput; readonly output: TOutput } | undefined;
  };
}

/** zod before 3.24, which has no `~standard` yet. */
export interface LegacyZodSchema {
  readonly _input: any;
  readonly _output: any;
  safeParseAsync(value: unknown): Promise<unknown>;
}

/** Every schema that the SDK can run. */
export type AnySchema = StandardSchemaV1<any, any> | LegacyZodSchema;

/** What a schema accepts. */
export type SchemaInput<TSchema> = TSchema extends {
  readonly "~standard": { readonly types?: { readonly input: infer TInput } | undefined };
}
  ? TInput
  : TSchema extends { readonly _input: infer TInput }
    ? TInput
    : any;

/** What a schema gives out. */
export type SchemaOutput<TSchema> = TSchema extends {
  readonly "~standard": { readonly types?: { readonly output: infer TOutput } | undefined };
}
  ? TOutput
  : TSchema extends { readonly _output: infer TOutput }
    ? TOutput
    : any;

/** True for a value that implements Standard Schema; such a value may be a function (arktype). */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  const candidate = value as Partial<StandardSchemaV1> | null | undefined;
  if (typeof candidate !== "object" && typeof candidate !== "function") return false;
  return candidate !== null && typeof candidate?.["~standard"]?.validate === "function";
}

/** True for a zod 3 schema, whatever its version. */
function isLegacyZodSchema(value: unknown): value is LegacyZodSchema {
  const candidate = value as { _def?: unknown; safeParseAsync?: unknown } | null | undefined;
  if (typeof candidate !== "object" || candidate === null) return false;
  return candidate._def !== undefined && typeof candidate.safeParseAsync === "function";
}

/** True for every schema that `validateValue` can run. */
export function isSchema(value: unknown): value is AnySchema {
  return isStandardSchema(value) || isLegacyZodSchema(value);
}
