// Idioms of larger apps on the official SDK's version 4: middleware that changes its arguments in place or adds step tools, helpers
// that take anything of a kind, callbacks over the answers of AI providers. Compiled only, against that SDK and against ours.
/* oxlint-disable typescript/no-explicit-any -- as apps write it */
import { Inngest, Middleware, anthropic, eventType, openai, openaiResponses } from "inngest4";
import type { Context, EventPayload, EventType, Handler, InngestFunction } from "inngest4";
import { z } from "zod";

const placed = eventType("shop/placed", { schema: z.object({ orderId: z.string() }) });

class Audit extends Middleware.BaseMiddleware {
  readonly id = "audit";
  private readonly startedAtMs: number;
  constructor(args: { client: Inngest.Any }) {
    super(args);
    this.startedAtMs = Date.now();
  }
  static override onRegister({ client, fn }: Middleware.OnRegisterArgs) {
    void [client.id, fn?.id()];
  }
  override onRunStart({ ctx, fn }: Middleware.OnRunStartArgs) {
    void [this.startedAtMs, ctx.runId, ctx.event.name, ctx.attempt, fn.id()];
  }
  override transformFunctionInput(args: Middleware.TransformFunctionInputArgs) {
    return {
      ...args,
      ctx: {
        ...args.ctx,
        db: { find: () => 1 },
        step: {
          ...args.ctx.step,
          twice: (id: string) => args.ctx.step.run(id, () => 2),
        },
      },
    };
  }
  override transformStepInput(args: Middleware.TransformStepInputArgs) {
    args.stepOptions.name = `audited: ${args.stepOptions.id}`;
    args.input.push(1);
    return args;
  }
  override transformSendEvent(args: Middleware.TransformSendEventArgs) {
    for (const event of args.events) event.data = { ...event.data, audited: true };
    args.events.push({ name: "audit/sent", data: {} });
    return args;
  }
  override async wrapRequest({ next, requestInfo }: Middleware.WrapRequestArgs) {
    void [requestInfo.headers["x-id"], requestInfo.url.href];
    const reply = await next();
    return { ...reply, headers: { ...reply.headers, "x-audited": "1" } };
  }
  override async wrapSendEvent({ next }: Middleware.WrapSendEventArgs) {
    const { ids } = await next();
    return { ids };
  }
}
export const list: Middleware.Class[] = [Audit];
export const tools = (step: Middleware.StepTools): Promise<number> => step.run("one", () => 1);

const inngest = new Inngest({ id: "idioms", middleware: [Audit] });
export const answers = inngest.createFunction(
  { id: "answers", triggers: [placed] },
  async ({ db, step }) => {
    db.find();
    const two: number = await step.twice("two");
    const chat = await step.ai.infer("chat", {
      model: openai({ model: "gpt-4o" }),
      body: { messages: [{ role: "user", content: "?" }] },
    });
    const message = await step.ai.infer("message", {
      model: anthropic({ model: "claude-sonnet-4-0", defaultParameters: { max_tokens: 9 } }),
      body: { messages: [{ role: "user", content: "?" }] },
    });
    const response = await step.ai.infer("response", {
      model: openaiResponses({ model: "gpt-4o" }),
      body: { input: "?" },
    });
    return [
      two,
      ...chat.choices.map((choice) => choice.message.content),
      ...message.content.map((block) => (block.type === "text" ? block.text : block.name)),
      ...response.output.map((item) => item.type),
    ];
  },
);

// Helpers that take anything of a kind.
export const describeContext = ({ event, runId }: Context.Any): string => `${event.name} ${runId}`;
export const describeType = (type: EventType<string, any>): string => type.name;
export const wrapHandler = (id: string, handler: Handler.Any): InngestFunction.Any =>
  inngest.createFunction({ id, triggers: { event: "any/thing" } }, handler);
export async function sendAll(events: EventPayload[]): Promise<string[]> {
  const { ids } = await inngest.send([...events, placed.create({ orderId: "1" })]);
  return ids;
}
const SHARED = { retries: 3, concurrency: 5 } as const;
export const shared = inngest.createFunction(
  { ...SHARED, id: "shared", triggers: [{ event: "any/thing" }] },
  () => 1,
);
