// Stricter checks of events than the client's own. A client with schemas given as values already checks what it sends and receives;
// this middleware also refuses events without any, which the client lets pass.
import { NonRetriableError } from "../../errors.ts";
import type { EventObject } from "../../functions/definition.ts";
import { checkIncoming, checkOutgoing } from "../../schemas/check-event.ts";
import type { EventSchemas } from "../../schemas/event-schemas.ts";
import { InngestMiddleware, type MiddlewareRegisterFn } from "../inngest-middleware.ts";

/** Options of `validationMiddleware`. All are false by default. */
export interface ValidationOptions {
  /** True: an event that the client's `schemas` have no schema for is an error. Default false. */
  readonly disallowSchemalessEvents?: boolean | undefined;
  /** True: a schema that cannot be run is an error. There for older code: the client refuses such schemas when it is created. */
  readonly disallowUnknownSchemas?: boolean | undefined;
  /** True: this middleware leaves events that start functions alone; the client's own check stays. */
  readonly disableIncomingValidation?: boolean | undefined;
  /** True: this middleware leaves events that are sent alone; the client's own check stays. */
  readonly disableOutgoingValidation?: boolean | undefined;
}

type Check = (schemas: EventSchemas | undefined, event: EventObject) => Promise<unknown>;

/**
 * Checks events against the client's schemas at this place among the middlewares. Values stay as they are: no defaults are filled in.
 * Errors: EventValidationError for data that does not fit, NonRetriableError for a missing schema.
 *
 * @example
 * const inngest = new Everstep({
 *   id: "shop",
 *   schemas: new EventSchemas().fromRecord({ "shop/order.placed": { data: z.object({ orderId: z.string() }) } }),
 *   middleware: [validationMiddleware({ disallowSchemalessEvents: true })],
 * });
 */
export function validationMiddleware(
  options: ValidationOptions = {},
): InngestMiddleware<{ name: string; init: MiddlewareRegisterFn }> {
  return new InngestMiddleware({
    name: "validation",
    init: ({ client }) => {
      const checkAll = async (events: readonly EventObject[], check: Check): Promise<undefined> => {
        for (const event of events) {
          // The engine's own events have no schema of the app.
          if (event.name.startsWith("inngest/")) continue;
          if (options.disallowSchemalessEvents === true) requireSchema(client.schemas, event);
          await check(client.schemas, event);
        }
        return undefined;
      };
      return {
        ...(options.disableIncomingValidation === true
          ? {}
          : {
              onFunctionRun: () => ({
                transformInput: ({ ctx }): Promise<undefined> =>
                  checkAll(ctx.events as unknown as readonly EventObject[], checkReceived),
              }),
            }),
        ...(options.disableOutgoingValidation === true
          ? {}
          : {
              onSendEvent: () => ({
                transformInput: ({ payloads }): Promise<undefined> =>
                  checkAll(payloads as readonly EventObject[], checkOutgoing),
              }),
            }),
      };
    },
  });
}

function checkReceived(schemas: EventSchemas | undefined, event: EventObject): Promise<unknown> {
  return checkIncoming([{ event: event.name }], schemas, event);
}

function requireSchema(schemas: EventSchemas | undefined, { name }: EventObject): void {
  if (schemas?.values.has(name) === true) return;
  throw new NonRetriableError(
    `The event "${name}" has no schema, and the validation middleware allows none without (disallowSchemalessEvents): add it to the client's schemas with a schema as value.`,
  );
}
