// What `step.invoke` can run, and how the types of its data and of its result are found. By phantom members, so that a function
// of another client or copy of the package fits.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { StepOutput } from "../schemas/jsonify.ts";
import type { TransformedOutput } from "./output-transforms.ts";

/** Types of a function for its callers; never set at run time. */
export interface InvokeTypes {
  /** Data of the event. */
  readonly input: any;
  /** What the handler returns, awaited. */
  readonly output: any;
}

/** A function, a reference to one, or (v3) its full id `<app>-<function>`. */
export type InvokeTarget = { readonly "~invoke"?: InvokeTypes | undefined } | string;

type TypesOf<T> = T extends { readonly "~invoke"?: infer TTypes } ? NonNullable<TTypes> : unknown;

/** The data that an invoked function takes; any when unknown. */
export type InvokeInputOf<T> = TypesOf<T> extends { readonly input: infer TInput } ? TInput : any;

/** What a function returns, before it travels. */
export type RawOutputOf<T> =
  TypesOf<T> extends { readonly output: infer TOutput } ? TOutput : unknown;

/** What a caller with middleware gets that declares how results of functions change. */
export type TransformedInvokeOutputOf<T, TTransforms extends readonly unknown[]> = [
  RawOutputOf<T>,
] extends [never]
  ? null
  : TransformedOutput<RawOutputOf<T>, TTransforms>;

/** What a caller gets: the output as JSON gives it back; nothing becomes null. */
export type InvokeOutputOf<T> = [RawOutputOf<T>] extends [never]
  ? null
  : StepOutput<RawOutputOf<T>>;
