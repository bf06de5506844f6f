// The client: the maker of an app's functions and the sender of its events. Also known as `Inngest`. It keeps no connection. What its
// options and the environment say is in configured-client.ts.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */
import type { ClientDefinition, EventObject, HookScope } from "../functions/definition.ts";
import { findScope } from "../execution/async-context.ts";
import type { ExecutionHooks } from "../execution/hooks.ts";
import { EverstepFunction, type FunctionOwner } from "../functions/everstep-function.ts";
import type { FunctionOptions } from "../functions/function-options.ts";
import type { FailureContext, HandlerContext } from "../functions/handler-context.ts";
import type { MiddlewareInput } from "../functions/middleware-context.ts";
import type { InvokeData, TriggersInput } from "../functions/triggers.ts";
import { checkIncoming } from "../schemas/check-event.ts";
import type { SendEventBaseOutput } from "../schemas/event-payload.ts";
import type {
  KnownPayload,
  OneOrMany,
  SendableName,
  SendPayload,
} from "../schemas/event-registry.ts";
import { durationMsOf } from "../wire/duration.ts";
import type { ClientOptions, EventsOf, IsStrict, MiddlewareOf } from "./client-options.ts";
import { ConfiguredClient } from "./configured-client.ts";
import {
  middlewareReady,
  openFunctionHooks,
  openSendHooks,
  registerClientMiddleware,
  registerFunctionMiddleware,
} from "./middleware-hooks.ts";
import { guardPromise } from "./guarded-promise.ts";
import { createRealtimeClient, type RealtimeClient } from "./realtime.ts";
import { REMEDIES, UnsupportedFeatureError } from "../unsupported-feature.ts";
import { sendEvents } from "./send-events.ts";
import { sendSignal, type SendSignalResponse } from "./send-signal.ts";

const SEND_TIMEOUT_MS = 30_000;

/**
 * The client of an app.
 *
 * @example
 * const inngest = new Everstep({ id: "shop" });
 * export const ship = inngest.createFunction(
 *   { id: "ship-order" },
 *   { event: "shop/order.placed" },
 *   async ({ event, step }) => {
 *     await step.run("book-carrier", () => bookCarrier(event.data.orderId));
 *   },
 * );
 * await inngest.send({ name: "shop/order.placed", data: { orderId: "o-1" } });
 */
// oxlint-disable-next-line typescript/no-explicit-any -- `Everstep` as an annotation takes every client
export class Everstep<const TOptions extends ClientOptions = any>
  extends ConfiguredClient<TOptions>
  implements ClientDefinition, FunctionOwner
{
  /** Types only; never set. */
  declare readonly "~options": TOptions;
  /** Realtime messages outside of steps, and tokens for subscribers. */
  readonly realtime: RealtimeClient;
  private readonly functions: EverstepFunction[] = [];
  private readonly sends: Set<Promise<unknown>> = new Set();

  /** @throws TypeError when `id` is missing or `baseUrl` is no URL. */
  constructor(options: TOptions) {
    super(options);
    this.realtime = createRealtimeClient(this);
    registerClientMiddleware(this);
  }

  get [Symbol.toStringTag](): "Inngest.App" {
    return "Inngest.App";
  }

  /** Resolves when the client's middleware is initialised; rejects when that failed. Calls and sends wait for it by themselves. */
  get ready(): Promise<void> {
    return middlewareReady(this);
  }

  /** Every function that was created on this client, in order. */
  get funcs(): EverstepFunction[] {
    return [...this.functions];
  }

  /**
   * Creates a durable function: options with an id, one or many triggers, and the handler.
   *
   * @throws TypeError when an option, a trigger or the handler cannot be used; the message names it and the way out.
   * @example
   * inngest.createFunction({ id: "ship" }, { event: "shop/order.placed" }, async ({ event, step }) => {});
   * inngest.createFunction({ id: "digest", triggers: cron("0 9 * * *") }, async ({ step }) => {});
   */
  createFunction<
    const TTriggers extends TriggersInput<EventsOf<TOptions>, IsStrict<TOptions>>,
    TOutput,
    const TMiddleware extends readonly MiddlewareInput[] = readonly [],
  >(
    options: FunctionOptions<
      EventsOf<TOptions>,
      IsStrict<TOptions>,
      TMiddleware,
      FailureContext<
        EventsOf<TOptions>,
        IsStrict<TOptions>,
        TTriggers,
        MiddlewareOf<TOptions>,
        TMiddleware
      >
    >,
    triggers: TTriggers,
    handler: (
      context: HandlerContext<
        EventsOf<TOptions>,
        IsStrict<TOptions>,
        TTriggers,
        MiddlewareOf<TOptions>,
        TMiddleware
      >,
    ) => TOutput,
  ): EverstepFunction<InvokeData<EventsOf<TOptions>, TTriggers>, TOutput>;
  createFunction<
    TOutput,
    const TTriggers extends TriggersInput<EventsOf<TOptions>, IsStrict<TOptions>> = readonly [],
    const TMiddleware extends readonly MiddlewareInput[] = readonly [],
  >(
    options: FunctionOptions<
      EventsOf<TOptions>,
      IsStrict<TOptions>,
      TMiddleware,
      FailureContext<
        EventsOf<TOptions>,
        IsStrict<TOptions>,
        TTriggers,
        MiddlewareOf<TOptions>,
        TMiddleware
      >
    > & { readonly triggers?: TTriggers | undefined },
    handler: (
      context: HandlerContext<
        EventsOf<TOptions>,
        IsStrict<TOptions>,
        TTriggers,
        MiddlewareOf<TOptions>,
        TMiddleware
      >,
    ) => TOutput,
  ): EverstepFunction<InvokeData<EventsOf<TOptions>, TTriggers>, TOutput>;
  createFunction(options: unknown, second: unknown, third?: unknown): EverstepFunction {
    const isThreeArguments = third !== undefined || typeof second !== "function";
    const own = (options as { readonly triggers?: unknown } | undefined)?.triggers;
    const fn = new EverstepFunction({
      client: this,
      options,
      triggers: isThreeArguments ? second : own,
      handler: isThreeArguments ? third : second,
      isThreeArguments,
    });
    if (this.functions.some((each) => each.id() === fn.id())) {
      this.internalLogger.warn(
        `App "${this.id}" has two functions with the id "${fn.id()}": give each its own id, or serving them fails.`,
      );
    }
    this.functions.push(fn);
    registerFunctionMiddleware(this, fn);
    return fn;
  }

  /**
   * Sends one event or many; resolves when they are stored. Large lists are split; a repeated attempt makes no event twice. Need
   * not be awaited: then a failure is logged.
   *
   * @param options.env Branch environment, in place of the client's.
   * @returns The engine's ids of the events, in the order given.
   * @throws TypeError for an event that cannot be sent, EventValidationError for data that does not fit its schema,
   * EventSendError when the server does not take the events. All by rejection.
   * @example
   * const { ids } = await inngest.send([{ name: "shop/order.placed", data: { orderId: "o-1" } }]);
   */
  send<TName extends SendableName<EventsOf<TOptions>, IsStrict<TOptions>>>(
    payload: OneOrMany<SendPayload<EventsOf<TOptions>, TName> | KnownPayload<EventsOf<TOptions>>>,
    options: { readonly env?: string | undefined } = {},
  ): Promise<SendEventBaseOutput> {
    const payloads = (Array.isArray(payload) ? payload : [payload]) as readonly EventObject[];
    const seedText = findSeedText();
    const work = this.sendEvents(payloads, {
      ...(seedText === undefined ? {} : { seedText }),
      env: options.env,
    });
    this.sends.add(work);
    const forget = (): void => {
      this.sends.delete(work);
    };
    work.then(forget, forget);
    return guardPromise(work, (reason) => {
      this.internalLogger.error("Events of a send() that was not awaited were not sent:", reason);
    });
  }

  /** Waits for all `send` calls that are still under way; never rejects. For the end of a short-lived process. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.sends);
  }

  /** What the runtime uses to send; authors use `send`. */
  async sendEvents(
    payloads: readonly EventObject[],
    options: {
      readonly seedText?: string;
      readonly env?: string | undefined;
      readonly hooks?: ExecutionHooks;
    } = {},
  ): Promise<SendEventBaseOutput> {
    const { sendTimeout } = this.options;
    return sendEvents(this, {
      payloads,
      hooks: options.hooks ?? (await openSendHooks(this)),
      seedText: options.seedText,
      env: options.env,
      timeoutMs:
        sendTimeout === undefined ? SEND_TIMEOUT_MS : durationMsOf(sendTimeout, "sendTimeout"),
      platform: this.current.platform,
      schemas: this.schemas,
    });
  }

  /**
   * Sends a signal to the run that waits for it with `step.waitForSignal`.
   *
   * @returns The run's id; without one when no run waits.
   * @throws Error when the server refuses it.
   */
  async sendSignal(signal: {
    readonly signal: string;
    readonly data?: unknown;
    readonly env?: string | undefined;
  }): Promise<SendSignalResponse> {
    return sendSignal(this, signal);
  }

  /** @deprecated @throws UnsupportedFeatureError always: write a function and start it with `send`. */
  endpoint(_handler: unknown): never {
    throw new UnsupportedFeatureError("client.endpoint", REMEDIES.endpoint);
  }

  /** @deprecated @throws UnsupportedFeatureError always: write a function and start it with `send`. */
  endpointProxy(): never {
    throw new UnsupportedFeatureError("client.endpointProxy", REMEDIES.endpoint);
  }

  /** @deprecated @throws UnsupportedFeatureError always: send the score as an event. */
  score(_score: unknown): never {
    throw new UnsupportedFeatureError("client.score", REMEDIES.score);
  }

  /**
   * What the runtime uses to check an event that a run waited for, against the event type's schema or those of the client.
   * @throws EventValidationError (not retriable) naming each field that does not fit.
   */
  checkEvent(event: EventObject, schema?: unknown): Promise<EventObject> {
    return checkIncoming([{ event: event.name, schema }], this.schemas, event);
  }

  /** The hooks of client and function for one call, client's outermost; the runtime asks for them. */
  openHooks(fn: EverstepFunction, call: HookScope): Promise<ExecutionHooks> {
    return openFunctionHooks(this, fn, call);
  }
}

/** Fixes the ids of what a step's callback sends, by its number among the sends of this attempt. */
function findSeedText(): string | undefined {
  const scope = findScope();
  if (scope?.step === undefined) return undefined;
  const { childCounts, hashedId } = scope.step;
  const count = childCounts.get("client.send") ?? 0;
  childCounts.set("client.send", count + 1);
  return `${scope.runId} ${hashedId} send ${count}`;
}

// Existing apps write `Inngest.Any`.
export declare namespace Everstep {
  /** A client with any options. */
  export type Any = Everstep;
  /** A client of any copy of the package. */
  export interface Like {
    readonly [Symbol.toStringTag]: "Inngest.App";
  }
}
