// Idioms of larger apps on the official SDK's version 3: code that is generic over events, helpers that take any client, function,
// context or middleware, callbacks over the answers of AI providers. Compiled only, against that SDK and against ours.
/* oxlint-disable typescript/no-explicit-any, typescript/no-unnecessary-type-parameters -- as apps write it */
import {
  EventSchemas,
  Inngest,
  InngestMiddleware,
  anthropic,
  gemini,
  openai,
  referenceFunction,
} from "inngest3";
import type {
  Context,
  EventPayload,
  GetEvents,
  GetFunctionInput,
  GetStepTools,
  Handler,
  InngestFunction,
  InngestFunctionReference,
  SendEventBaseOutput,
} from "inngest3";
import { serve } from "inngest3/next";
import { z } from "zod/v3";

type Events = {
  "user/created": { data: { id: string; email: string }; user: { tenant: string } };
  "user/updated": { data: { id: string; changes: Record<string, unknown> } };
  "order/placed": { data: { orderId: string; items: { sku: string; count: number }[] } };
};
interface Named extends EventPayload {
  name: "named/event";
  data: { x: number };
}
const inngest = new Inngest({
  id: "idioms",
  schemas: new EventSchemas()
    .fromRecord<Events>()
    .fromUnion<Named>()
    .fromZod({
      "zod/event": { data: z.object({ a: z.string() }), user: z.object({ id: z.number() }) },
    }),
});
type AppEvents = GetEvents<typeof inngest>;

// Sending what is generic over the names of events.
export async function emit<K extends "user/created" | "user/updated">(
  event: AppEvents[K],
): Promise<SendEventBaseOutput> {
  return inngest.send(event);
}
export async function emitAny(event: AppEvents[keyof AppEvents]): Promise<void> {
  await inngest.send(event);
  await inngest.send([event]);
}
export function passOn(payload: Parameters<typeof inngest.send>[0]): Promise<unknown> {
  return inngest.send(payload);
}
export async function forwardFromStep<K extends "user/created" | "user/updated">(
  step: GetStepTools<typeof inngest>,
  event: AppEvents[K],
): Promise<void> {
  await step.sendEvent("forward", event);
  await step.sendEvent("forward-all", [event]);
}
export async function mistakes(): Promise<void> {
  // @ts-expect-error -- the data of another event
  await inngest.send({ name: "user/updated", data: { id: "1", email: "a@b.c" } });
  // @ts-expect-error -- `user` is required
  await inngest.send({ name: "user/created", data: { id: "1", email: "a@b.c" } });
}

// `user` is there where its type says so.
inngest.createFunction({ id: "user" }, { event: "user/created" }, ({ event }) => {
  const tenant: string = event.user.tenant;
  return tenant;
});
inngest.createFunction({ id: "zod-user" }, { event: "zod/event" }, ({ event }) => event.user.id);

// Answers of AI providers, with callbacks over them.
export const ai = inngest.createFunction(
  { id: "ai" },
  { event: "order/placed" },
  async ({ event, step }) => {
    const skus = event.data.items.map((item) => item.sku);
    const chat = await step.ai.infer("chat", {
      model: openai({ model: "gpt-4o" }),
      body: { messages: [{ role: "user", content: skus.join() }] },
    });
    const contents = chat.choices.map((choice) => choice.message.content);
    const message = await step.ai.infer("message", {
      model: anthropic({ model: "claude-3-5-haiku-latest", defaultParameters: { max_tokens: 9 } }),
      body: { messages: [{ role: "user", content: "?" }] },
    });
    const texts = message.content
      .filter((block) => block.type === "text")
      .map((block) => block.text.trim());
    const generated = await step.ai.infer("generate", {
      model: gemini({ model: "gemini-2.0-flash" }),
      body: { contents: [{ role: "user", parts: [{ text: "?" }] }] },
    });
    const parts = generated.candidates?.[0]?.content.parts.map((part) =>
      "text" in part ? part.text : "",
    );
    return { contents, texts, parts, tokens: chat.usage?.total_tokens };
  },
);

// Helpers that take anything of a kind.
export const describeClient = (client: Inngest.Any): string => client.id;
export const describeContext = ({ event, runId }: Context.Any): string => `${event.name} ${runId}`;
export const listOf = (...functions: InngestFunction.Any[]): InngestFunction.Like[] => functions;
export const generics: InngestFunction<any, any, any, any, any, any>[] = [ai];
export const reference: InngestFunctionReference.Any = referenceFunction<typeof ai>({
  functionId: "ai",
});
export const wrapHandler = (id: string, handler: Handler.Any): InngestFunction.Any =>
  inngest.createFunction({ id, retries: 2 }, { event: "user/created" }, handler);
export const onCreated = (
  id: string,
  run: (input: GetFunctionInput<typeof inngest, "user/created">) => Promise<void>,
): InngestFunction.Any =>
  inngest.createFunction({ id }, { event: "user/created" }, async (context) => {
    await run(context);
  });
export const withOptions = (options: InngestFunction.Options): InngestFunction.Any =>
  inngest.createFunction(
    { id: options.id, name: options.name ?? "x" },
    { cron: "0 * * * *" },
    () => 1,
  );

const timing: InngestMiddleware.Any = new InngestMiddleware({
  name: "timing",
  init: () => ({
    onSendEvent: () => ({
      transformInput({ payloads }) {
        return {
          payloads: payloads.map((payload) => {
            payload.ts = 1;
            return payload;
          }),
        };
      },
    }),
  }),
});
export const timed = new Inngest({ id: "timed", middleware: [timing] });
export const { GET, POST, PUT } = serve({ client: inngest, functions: [ai, ...generics] });
