// The shapes of events as authors write and read them: what `send` takes, what a handler receives, and the events that the
// engine itself makes. Types only; their registry by name is in event-registry.ts.
/* oxlint-disable typescript/no-explicit-any -- the types of unchecked data, and of values of any type, are what authors see */

/** Values of sessions on an event; null cuts an inherited one. */
export type EventSessionValue = string | number | null;
/** Session names and values (at most 5), or null to cut all inherited ones. */
export type EventSessions = Record<string, EventSessionValue> | null;
/** Value of a session that arrived with an event. */
export type PropagatedEventSessionValue = string;
/** Sessions that arrived with an event. */
export type PropagatedEventSessions = Record<string, PropagatedEventSessionValue>;

/** What may go along with an event besides its data. */
export interface EventMeta {
  readonly sessions?: EventSessions;
}

/** The same on events that arrive. */
export interface ReceivedEventMeta {
  readonly sessions?: PropagatedEventSessions;
}

/** An event without a name, as `step.invoke` sends it. */
export interface MinimalEventPayload<TData = any> {
  /** Idempotency key: the same id starts a function at most once in 24 hours. */
  id?: string | undefined;
  data?: TData;
  user?: any;
  /** Version of the data's schema, free text. */
  v?: string | undefined;
}

/**
 * One event to send.
 *
 * @example
 * const placed: EventPayload = { name: "shop/order.placed", data: { orderId: "o-1" } };
 */
export interface EventPayload<TData = any> extends MinimalEventPayload<TData> {
  name: string;
  /** Time of the event, epoch ms. In the future: functions start then. */
  ts?: number | undefined;
  meta?: EventMeta | undefined;
}

/** An event as a handler receives it: `id` and `ts` are always there (R26). */
export interface ReceivedEvent<TName = string, TData = any, TUser = any> {
  id: string;
  name: TName;
  data: TData;
  user?: TUser;
  /** Epoch ms. */
  ts: number;
  v?: string;
  meta?: ReceivedEventMeta;
}

/** An error as it travels in events. */
export interface JsonError {
  name: string;
  message: string;
  stack?: string;
  cause?: unknown;
}

/** `inngest/function.failed`: a run failed for good. */
export interface FailureEventPayload<TEvent = EventPayload> {
  name: "inngest/function.failed";
  id?: string;
  ts?: number;
  user?: any;
  v?: string;
  data: {
    /** `<app>-<function>`. */
    function_id: string;
    run_id: string;
    error: JsonError;
    /** The event that had started the run. */
    event: TEvent;
    events?: TEvent[];
  };
}

/** What an `onFailure` handler gets besides the usual context. */
export interface FailureEventArgs<TEvent = EventPayload> {
  event: FailureEventPayload<TEvent>;
  /** The error of the run, with its name, message, stack and cause restored. */
  error: Error;
}

/** `inngest/function.finished`: a run ended, whatever the outcome. */
export interface FinishedEventPayload {
  name: "inngest/function.finished";
  data: { function_id: string; run_id: string; correlation_id?: string } & (
    | { error: JsonError }
    | { result: unknown }
  );
}

/** `inngest/function.cancelled`. */
export interface CancelledEventPayload {
  name: "inngest/function.cancelled";
  data: { function_id: string; run_id: string; correlation_id?: string };
}

/** `inngest/scheduled.timer`: the event of a run that a cron trigger started. */
export interface ScheduledTimerEventPayload {
  name: "inngest/scheduled.timer";
  /** The planned time, RFC 3339. */
  id: string;
  data: { cron: string };
  ts?: number;
}

/** What `send` resolves to: the engine's id of each event, in the order given. */
export interface SendEventBaseOutput {
  ids: string[];
}
