// Which call and which step the running code belongs to. Uses the platform's AsyncLocalStorage without importing it, so that
// edge bundles stay clean; where there is none, a variable holds the scope during the synchronous part of a callback only.
import type { EventObject } from "../functions/definition.ts";
import type { LogBuffer } from "../logging/log-buffer.ts";
import type { GroupTools } from "../steps/group-tools.ts";
import type { StepRequest } from "../steps/step-request.ts";
import type { StepTools } from "../steps/step-tools.ts";

/** The step whose callback is running. */
export interface RunningStep {
  /** The author's id, with the index of a repeated one. */
  readonly id: string;
  readonly hashedId: string;
  /** Zero-based, of the call that runs it. */
  readonly attempt: number;
  /** Number of children met so far, by id. */
  readonly childCounts: Map<string, number>;
  /** Where lines of its callback go when the engine keeps them. */
  readonly logs?: LogBuffer | undefined;
  /** Runs a step that the callback calls; settles never once the call that runs the callback is answered. */
  readonly runNested: (request: StepRequest) => Promise<unknown>;
}

/** Members that `group.experiment` adds to the ops of the chosen variant's steps. */
export interface ExperimentMark {
  readonly experimentStepID: string;
  readonly experimentName: string;
  readonly variant: string;
  readonly selectionStrategy: string;
}

export interface CallScope {
  /** Identity of the call: a step belongs to the call whose scope it was found in. */
  readonly owner: object;
  readonly runId: string;
  /** The client. */
  readonly app?: unknown;
  readonly event: EventObject;
  readonly tools: () => StepTools;
  readonly groupTools: () => GroupTools;
  readonly context: Readonly<Record<string, unknown>>;
  readonly step?: RunningStep;
  readonly parallelMode?: "race" | "wait";
  readonly experiment?: ExperimentMark;
  /** True in `select` of an experiment, where no step may be called. */
  readonly isSelecting?: boolean;
  /** Middleware whose wrapper of a step the code belongs to; it does not wrap the steps that it calls itself. */
  readonly wrappers?: readonly object[];
  /** Whether user code repeats what was done in earlier calls. */
  readonly isReplaying?: () => boolean;
  /** Told of each step that is called. */
  readonly onStep?: () => void;
}

interface ScopeStorage {
  getStore(): CallScope | undefined;
  run<T>(scope: CallScope, body: () => T): T;
}

interface AsyncGlobals {
  readonly AsyncLocalStorage?: new () => ScopeStorage;
  readonly process?: {
    readonly getBuiltinModule?: (name: string) => {
      readonly AsyncLocalStorage?: new () => ScopeStorage;
    };
  };
}

let heldScope: CallScope | undefined;
const PlatformStorage = findPlatformStorage();
const storage: ScopeStorage =
  PlatformStorage === undefined ? createHeldStorage() : new PlatformStorage();

/** Whether the scope stays with the code after an `await`. */
export const canFollowScopes: boolean = PlatformStorage !== undefined;

/** The scope of the running code, if it belongs to a call. */
export function findScope(): CallScope | undefined {
  return storage.getStore();
}

/** Runs code in a scope; what it awaits stays in it where the platform can follow. */
export function runInScope<T>(scope: CallScope, body: () => T): T {
  return storage.run(scope, body);
}

function findPlatformStorage(): (new () => ScopeStorage) | undefined {
  const globals = globalThis as AsyncGlobals;
  return (
    globals.AsyncLocalStorage ??
    globals.process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage
  );
}

function createHeldStorage(): ScopeStorage {
  return {
    getStore: () => heldScope,
    run: (scope, body) => {
      const before = heldScope;
      heldScope = scope;
      try {
        return body();
      } finally {
        heldScope = before;
      }
    },
  };
}
