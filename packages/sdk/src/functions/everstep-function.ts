// What `createFunction` returns: a function's identity, options and triggers in checked form, its registration and its runtime
// definition. It has no state; running it is the work of execution/.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { EventSchemas } from "../schemas/event-schemas.ts";
import { checkIncoming } from "../schemas/check-event.ts";
import { durationMsOf } from "../wire/duration.ts";
import { checkOptions } from "./check-options.ts";
import { toCheckpointOptions } from "./checkpoint-options.ts";
import type { ClientDefinition, FunctionDefinition, HookScope, Logger } from "./definition.ts";
import { toDirectContext } from "./direct-call.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import type {
  BaseFunctionOptions,
  CheckpointingOptions,
  FunctionOptions,
} from "./function-options.ts";
import type { DirectCallContext } from "./handler-context.ts";
import { toFunctionConfigs, type ConfigPlace, type FunctionConfig } from "./registration-config.ts";
import { toRetryDelay } from "./retry-delay.ts";
import {
  normalizeTriggers,
  type NormalTrigger,
  type TriggerInput,
  type TriggersInput,
} from "./triggers.ts";

/** What a function needs to know of the client that created it. */
export interface FunctionOwner extends ClientDefinition {
  readonly internalLogger: Logger;
  readonly schemas: EventSchemas<any> | undefined;
  readonly checkpointing: CheckpointingOptions | undefined;
  readonly optimizeParallelism: boolean | undefined;
  openHooks(fn: EverstepFunction, call: HookScope): Promise<ExecutionHooks>;
}

/** The parts of a function as the author gave them. */
export interface FunctionParts {
  readonly client: FunctionOwner;
  readonly options: unknown;
  readonly triggers: unknown;
  readonly handler: unknown;
  /** Created with its triggers apart, as for version 3 of the official SDK: then races settle as its authors know them. */
  readonly isThreeArguments?: boolean;
}

/**
 * A durable function. Made by `client.createFunction`; given to `serve`, to `connect` and to `step.invoke`.
 *
 * @example
 * const [config] = fn.getConfig({ baseUrl: new URL("https://app.example/api/inngest"), appPrefix: "shop" });
 */
export class EverstepFunction<TInput = any, TOutput = any, _3 = any, _4 = any, _5 = any, _6 = any> {
  /** Types only; never set. */
  declare readonly "~invoke"?: { readonly input: TInput; readonly output: Awaited<TOutput> };
  /** The options as given, and the triggers in their normal form. */
  readonly opts: BaseFunctionOptions & {
    readonly triggers: readonly NormalTrigger[];
    readonly onFailure?: ((context: any) => unknown) | undefined;
    readonly middleware?: readonly unknown[] | undefined;
  };
  /** The client that created it. */
  readonly client: FunctionOwner;
  /** What the runtime reads. */
  readonly definition: FunctionDefinition;

  /** @throws TypeError when an option, a trigger or the handler cannot be used; see `createFunction`. */
  constructor({ client, options, triggers, handler, isThreeArguments = false }: FunctionParts) {
    const warn = (message: string): void => client.internalLogger.warn(message);
    const checked = checkOptions(options, warn);
    if (typeof handler !== "function") {
      throw new TypeError(
        `Function "${checked.id}" has no handler: write createFunction({ id: "${checked.id}" }, { event: "…" }, async ({ event, step }) => { … }).`,
      );
    }
    this.client = client;
    this.opts = { ...checked, triggers: normalizeTriggers(triggers, checked.id, warn) };
    const { optimizeParallelism = client.optimizeParallelism ?? !isThreeArguments } = checked;
    this.definition = toDefinition(this, {
      handler: handler as FunctionDefinition["handler"],
      optimizeParallelism,
    });
  }

  get [Symbol.toStringTag](): "Inngest.Function" {
    return "Inngest.Function";
  }

  /** The id, with an app's id in front of it when one is given. */
  id(prefix?: string): string {
    return [prefix, this.opts.id].filter(Boolean).join("-");
  }

  /** `<app>-<function>`, as it is called across apps. */
  get absoluteId(): string {
    return this.id(this.client.id);
  }

  get name(): string {
    return this.opts.name ?? this.opts.id;
  }

  get description(): string | undefined {
    return this.opts.description;
  }

  /** The registration of the function and of its failure handler (protocol.md 1.6). */
  getConfig(place: ConfigPlace): FunctionConfig[] {
    return toFunctionConfigs(
      {
        id: this.opts.id,
        name: this.name,
        triggers: this.opts.triggers,
        options: this.opts,
        retries: this.definition.retries,
        hasFailureHandler: this.definition.onFailure !== undefined,
      },
      place,
    );
  }

  /**
   * Calls the handler directly, without an engine, for unit tests. What is left out is filled in: runId, attempt 0, logger,
   * events, and id and ts of the event.
   *
   * @returns What the handler returns, as it is (no JSON round trip).
   * @example
   * const result = await fn.handler({ event: { name: "shop/order.placed", data: {} }, step: mockStep() });
   */
  async handler(context: DirectCallContext = {}): Promise<Awaited<TOutput>> {
    const { logger } = this.client;
    const complete = toDirectContext(context, {
      functionId: this.opts.id,
      logger,
      nowMs: Date.now(),
    });
    return (await this.definition.handler(complete)) as Awaited<TOutput>;
  }
}

function toDefinition(
  fn: EverstepFunction,
  decided: Pick<FunctionDefinition, "handler" | "optimizeParallelism">,
): FunctionDefinition {
  const { client, opts } = fn;
  const retryDelayMs = toRetryDelay(opts.retry);
  const checkpointing =
    opts.checkpointing ?? client.checkpointing ?? opts.experimentalCheckpointing;
  return {
    id: opts.id,
    name: fn.name,
    client,
    triggers: opts.triggers,
    options: opts as unknown as Readonly<Record<string, unknown>>,
    retries: retriesOf(fn),
    ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
    ...(opts.timeout === undefined ? {} : { timeoutMs: durationMsOf(opts.timeout, "timeout") }),
    ...(opts.timeoutGrace === undefined
      ? {}
      : { timeoutGraceMs: durationMsOf(opts.timeoutGrace, "timeoutGrace") }),
    ...decided,
    ...(opts.onFailure === undefined ? {} : { onFailure: opts.onFailure }),
    checkpointing: toCheckpointOptions(checkpointing),
    checkEvent: (event) => checkIncoming(opts.triggers, client.schemas, event),
    openHooks: (call) => client.openHooks(fn, call),
  };
}

/** `retries` wins over `retry.attempts`; a contradiction is told (R5). */
function retriesOf({ opts, client }: EverstepFunction): number | undefined {
  const attempts = opts.retry?.attempts;
  if (opts.retries !== undefined && attempts !== undefined && attempts !== opts.retries) {
    client.internalLogger.warn(
      `Function "${opts.id}" has retries ${opts.retries} and retry.attempts ${attempts}: ${opts.retries} is used; remove one of them.`,
    );
  }
  return opts.retries ?? attempts;
}

// Existing apps write `InngestFunction.Any`.
export declare namespace EverstepFunction {
  /** A function with any data and result. */
  export type Any = EverstepFunction;
  /** Options of `createFunction`, whatever the type arguments that existing apps give. */
  export type Options<_1 = any, _2 = any, _3 = any, _4 = any> = FunctionOptions & {
    readonly triggers?: TriggersInput | undefined;
  };
  /** One trigger. */
  export type Trigger<TName extends string = string> = TriggerInput<TName>;
  /** A function of any copy of the package. */
  export interface Like {
    readonly [Symbol.toStringTag]: "Inngest.Function";
  }
}
