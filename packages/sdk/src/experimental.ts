// The subpath `everstep/experimental`: what existing apps import from there. The async context works; features that need a server of
// another kind fail by name when they are used, so that the rest of an app's module still loads.
import { findScope, runInScope, type CallScope } from "./execution/async-context.ts";
import { REMEDIES, UnsupportedFeatureError } from "./unsupported-feature.ts";

/** What `getAsyncCtx` gives: the function on whose behalf the code runs. */
export interface AsyncContext {
  readonly app: unknown;
  readonly execution: {
    /** The handler's argument. */
    // oxlint-disable-next-line typescript/no-explicit-any -- as authors see it
    readonly ctx: any;
    /** Inside of a step's callback. */
    readonly executingStep?: {
      readonly id: string;
      readonly hashedId: string;
      readonly userlandId: string;
    };
    readonly parallelMode?: "race" | "wait";
  };
}

const scopes = new WeakMap<AsyncContext, CallScope>();

/** The context of the running code; undefined outside of functions, and where the platform has no AsyncLocalStorage. */
export async function getAsyncCtx(): Promise<AsyncContext | undefined> {
  const scope = findScope();
  return scope === undefined ? undefined : toContext(scope);
}

/** Runs code in a context that `getAsyncCtx` gave; with any other it is just run. */
export function runWithAsyncCtx<T>(context: AsyncContext, body: () => T): T {
  const scope = scopes.get(context);
  return scope === undefined ? body() : runInScope(scope, body);
}

function toContext(scope: CallScope): AsyncContext {
  const { step, parallelMode } = scope;
  const context: AsyncContext = {
    app: scope.app,
    execution: {
      ctx: scope.context,
      ...(step === undefined
        ? {}
        : { executingStep: { id: step.id, hashedId: step.hashedId, userlandId: step.id } }),
      ...(parallelMode === undefined ? {} : { parallelMode }),
    },
  };
  scopes.set(context, scope);
  return context;
}

/** @throws UnsupportedFeatureError always: deferred functions are not supported. */
export function createDefer(..._args: readonly unknown[]): never {
  throw new UnsupportedFeatureError("createDefer", REMEDIES.defer);
}

/** @throws UnsupportedFeatureError always: scores are not supported. */
export function createScorer(..._args: readonly unknown[]): never {
  throw new UnsupportedFeatureError("createScorer", REMEDIES.score);
}

/** @throws UnsupportedFeatureError always: run metadata is not supported. */
export function metadataMiddleware(): never {
  throw new UnsupportedFeatureError("metadataMiddleware", REMEDIES.metadata);
}

/** @throws UnsupportedFeatureError always: scores are not supported. */
export function scoreMiddleware(): never {
  throw new UnsupportedFeatureError("scoreMiddleware", REMEDIES.score);
}

/** @throws UnsupportedFeatureError always: sandboxes are not supported. */
export function sandboxMiddleware(): never {
  throw new UnsupportedFeatureError("sandboxMiddleware", REMEDIES.sandbox);
}

/** @throws UnsupportedFeatureError always: the SDK makes no traces of its own. */
export function extendedTracesMiddleware(..._args: readonly unknown[]): never {
  throw new UnsupportedFeatureError("extendedTracesMiddleware", REMEDIES.traces);
}
