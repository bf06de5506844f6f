// The validation middleware: what it refuses beyond the client's own checks.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EventSchemas } from "../../schemas/event-schemas.ts";
import { InngestMiddleware } from "../inngest-middleware.ts";
import { callFunction, testApp } from "../test-app.ts";
import { validationMiddleware, type ValidationOptions } from "./validation-middleware.ts";

const schemas = new EventSchemas().fromRecord({ known: { data: z.object({ n: z.number() }) } });

function app(options?: ValidationOptions) {
  return testApp({ schemas, middleware: [validationMiddleware(options)] });
}

describe("validationMiddleware", () => {
  it("refuses events without a schema only when asked to", async () => {
    await app().client.send({ name: "unknown", data: {} });
    const strict = app({ disallowSchemalessEvents: true });
    await expect(strict.client.send({ name: "unknown", data: {} })).rejects.toThrow(
      /"unknown" has no schema/,
    );
    expect(strict.sent).toEqual([]);
    const lax = app({ disallowSchemalessEvents: true, disableOutgoingValidation: true });
    await lax.client.send({ name: "unknown", data: {} });
    expect(lax.sent).toHaveLength(1);
  });

  it("refuses incoming events without a schema, without retries, unless they are left alone", async () => {
    const call = { event: { name: "unknown", data: {} }, events: [{ name: "unknown", data: {} }] };
    const answers = await Promise.all(
      [false, true].map((disableIncomingValidation) => {
        const { client } = app({ disallowSchemalessEvents: true, disableIncomingValidation });
        return callFunction(
          client.createFunction({ id: "fn" }, { event: "unknown" }, () => 1),
          call,
        );
      }),
    );
    expect(answers.map((answer) => answer.status)).toEqual([400, 200]);
  });

  it("checks what middleware before it has made of an event", async () => {
    const spoil = new InngestMiddleware({
      name: "spoil",
      init: () => ({
        onSendEvent: () => ({
          transformInput: ({ payloads }) => ({
            payloads: payloads.map((event) => ({ ...event, data: { n: "no" } })),
          }),
        }),
      }),
    });
    const { client } = testApp({ schemas, middleware: [spoil, validationMiddleware()] });
    await expect(client.send({ name: "known", data: { n: 1 } })).rejects.toThrow(/known/);
  });
});
