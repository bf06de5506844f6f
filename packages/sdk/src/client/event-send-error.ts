// What `send` rejects with when the server did not take the events.

/**
 * Events could not be sent. `status` is the server's answer, if there was one; `sentCount` of the events of the call (the first
 * ones) were taken before the failure.
 *
 * @example
 * try {
 *   await inngest.send({ name: "shop/order.placed", data: {} });
 * } catch (error) {
 *   if (error instanceof EventSendError) logger.error(`${error.sentCount} of ${error.totalCount} sent`);
 * }
 */
export class EventSendError extends Error {
  readonly status: number | undefined;
  readonly sentCount: number;
  readonly totalCount: number;

  constructor(
    message: string,
    facts: {
      readonly status?: number | undefined;
      readonly sentCount: number;
      readonly totalCount: number;
      readonly cause?: unknown;
    },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "EventSendError";
    this.status = facts.status;
    this.sentCount = facts.sentCount;
    this.totalCount = facts.totalCount;
  }
}
