// What middleware adds to a handler's context, derived from the types of both its forms: v3 objects (`init` … `transformInput`)
// and v4 classes (`transformFunctionInput`). By shape only, so that the middleware of any copy of the package fits.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { StepTools } from "./step-tools.ts";

/** A v3 middleware object, or a v4 middleware class. */
export type MiddlewareInput =
  | { readonly name: string; readonly init: (...args: any[]) => any }
  | (abstract new (...args: any[]) => object);

/** Members of the context that the SDK itself provides; middleware's view of them is not an addition. */
type OwnMember =
  | "event"
  | "events"
  | "runId"
  | "step"
  | "group"
  | "defer"
  | "attempt"
  | "maxAttempts"
  | "requestId"
  | "jobId"
  | "sessions"
  | "replaying"
  | "idempotencyKey"
  | "signal";

type Additions<TContext> = 0 extends 1 & TContext
  ? unknown
  : {
      [
        K in keyof TContext as string extends K ? never : K extends OwnMember ? never : K
      ]: TContext[K];
    };

/** Step tools of middleware's own; those of the SDK stay as they are. */
type MoreTools<TContext> = 0 extends 1 & TContext
  ? unknown
  : TContext extends { step: infer TStep }
    ? 0 extends 1 & TStep
      ? unknown
      : [Exclude<keyof TStep, keyof StepTools>] extends [never]
        ? unknown
        : { step: Omit<TStep, keyof StepTools> }
    : unknown;

type ResultOf<T> = T extends (...args: any[]) => infer TResult ? Awaited<TResult> : never;
type Hook<T, K extends string> = T extends { readonly [P in K]?: infer THook }
  ? ResultOf<NonNullable<THook>>
  : never;
/** A middleware without the hook adds nothing. */
type ContextOf<T> = [T] extends [never]
  ? unknown
  : T extends { ctx: infer TContext }
    ? Additions<TContext> & MoreTools<TContext>
    : unknown;

type OneContext<T> = T extends { readonly init: (...args: any[]) => infer THooks }
  ? ContextOf<Hook<Hook<Awaited<THooks>, "onFunctionRun">, "transformInput">>
  : T extends abstract new (...args: any[]) => infer TInstance
    ? ContextOf<Hook<TInstance, "transformFunctionInput">>
    : unknown;

type Intersection<T> = (T extends unknown ? (value: T) => void : never) extends (
  value: infer TAll,
) => void
  ? TAll
  : unknown;

/** What a list of middleware adds to the context of a handler; `unknown` when nothing. */
export type MiddlewareContext<T> = T extends readonly (infer TOne)[]
  ? [TOne] extends [never]
    ? unknown
    : Intersection<TOne extends unknown ? { value: OneContext<TOne> } : never> extends {
          value: infer TAll;
        }
      ? TAll
      : unknown
  : unknown;
