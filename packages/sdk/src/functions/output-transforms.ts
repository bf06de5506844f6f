// How the types of results change on their way to the code that awaits them, as middleware classes declare it (v4): the last in the
// list is the innermost and comes first. Without a declaration results are what JSON makes of them. Types only; by shape, so that
// the middleware of any copy of the package fits.
/* oxlint-disable typescript/no-explicit-any -- middleware of any kind, and values of any type */
import type { StepOutput } from "../schemas/jsonify.ts";

/** The members of middleware classes that declare it. */
export type TransformKind = "functionOutputTransform" | "stepOutputTransform";

interface TransformShape {
  In: unknown;
  Out: unknown;
}

type Apply<TTransform, T> = TTransform extends TransformShape
  ? (TTransform & { In: T })["Out"]
  : never;

/** The base class declares a transform too, which knows nothing of its input. */
type IsDeclared<TTransform> = unknown extends Apply<TTransform, "probe"> ? false : true;

type DeclaredBy<TMiddleware, TKind extends TransformKind> = TMiddleware extends abstract new (
  ...args: any[]
) => infer TInstance
  ? TInstance extends { [K in TKind]: infer TTransform extends TransformShape }
    ? IsDeclared<TTransform> extends true
      ? readonly [TTransform]
      : readonly []
    : readonly []
  : readonly [];

/** The transforms that a list of middleware declares, the outermost first. */
export type DeclaredTransforms<TList, TKind extends TransformKind> = TList extends readonly [
  infer TFirst,
  ...infer TRest,
]
  ? readonly [...DeclaredBy<TFirst, TKind>, ...DeclaredTransforms<TRest, TKind>]
  : readonly [];

/** What a step gives back, or a function: after every transform, or as JSON gives it back where there is none. */
export type TransformedOutput<
  T,
  TTransforms extends readonly unknown[],
> = TTransforms extends readonly [unknown, ...unknown[]]
  ? ApplyAll<VoidToNull<T>, TTransforms>
  : StepOutput<T>;

type ApplyAll<T, TTransforms extends readonly unknown[]> = TTransforms extends readonly [
  ...infer TOuter,
  infer TInner,
]
  ? ApplyAll<Apply<TInner, T>, TOuter>
  : T;

type VoidToNull<T> = 0 extends 1 & T
  ? any
  : [T] extends [never]
    ? never
    : T extends void
      ? null
      : T;
