// The app that the browser tests look at: one function per thing that a page must show. Its functions are steered by events,
// so that a test needs no other way to reach it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Inngest, NonRetriableError, RetryAfterError, type InngestFunction } from "everstep";
import { serve } from "everstep/node";

export interface TestApp {
  readonly url: string;
  /** Has the engine learn its functions. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Id of the app; functions are `shop-<id>`. */
export const APP_ID = "shop";

export async function startTestApp(engineUrl: () => string): Promise<TestApp> {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  let handle: ReturnType<typeof serve> | undefined;
  const server = createServer((request, response) => {
    handle ??= serve(handlerOf(engineUrl(), quiet));
    void handle(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
  return {
    url,
    sync: async () => {
      const response = await fetch(url, { method: "PUT" });
      if (!response.ok) throw new Error(`sync: ${response.status} ${await response.text()}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Logger = ConstructorParameters<typeof Inngest>[0]["logger"];

function handlerOf(baseUrl: string, logger: Logger): Parameters<typeof serve>[0] {
  const client = new Inngest({ id: APP_ID, isDev: true, baseUrl, ...(logger && { logger }) });
  return { client, functions: [...mainFunctions(client), ...seededFunctions(client)] };
}

function mainFunctions(client: Inngest): InngestFunction.Any[] {
  return [
    client.createFunction(
      { id: "order", name: "Take an order", triggers: [{ event: "test/order" }] },
      async ({ event, step }) => {
        const data = event.data as { readonly item: string; readonly count: number };
        const price = await step.run(
          "price",
          (item: string, count: number) => `${count} of ${item}`,
          data.item,
          data.count,
        );
        return step.run("confirm", () => `confirmed ${price}`);
      },
    ),
    client.createFunction(
      {
        id: "large-order",
        name: "Look at large orders",
        triggers: [{ event: "test/order", if: "event.data.count > 100" }],
      },
      () => "looked",
    ),
    client.createFunction(
      { id: "declined", triggers: [{ event: "test/declined" }] },
      async ({ event, step }) =>
        step.run("charge", () => {
          const { card } = event.data as { readonly card: string };
          throw new NonRetriableError(`Card ${card} was declined`);
        }),
    ),
    refused(client),
    client.createFunction(
      { id: "approval", name: "Wait for approval", triggers: [{ event: "test/asked" }] },
      async ({ step }) => {
        await step.run("ask", () => "asked");
        const answer = await step.waitForEvent("answer", {
          event: "test/answered",
          timeout: "1d",
          if: "async.data.key == event.data.key",
        });
        return answer?.data;
      },
    ),
    client.createFunction(
      { id: "long-sleep", triggers: [{ event: "test/tired" }] },
      async ({ step }) => {
        await step.sleep("sleep", "2d");
      },
    ),
    client.createFunction(
      { id: "echo", triggers: [{ event: "test/hostile" }] },
      async ({ event, step }) => step.run("echo", () => event.data),
    ),
    client.createFunction(
      { id: "hostile-error", triggers: [{ event: "test/hostile" }] },
      async ({ event, step }) => {
        await step.run("throw", () => {
          throw new NonRetriableError((event.data as { readonly error: string }).error);
        });
      },
    ),
    talker(client),
    client.createFunction(
      { id: "nightly", triggers: [{ cron: "0 3 * * *" }, { cron: "TZ=Europe/Berlin 30 4 * * 1" }] },
      ({ event }) => event.data,
    ),
  ];
}

/** Logs as much as it is told, fails as often, and may wait before it says more. */
function talker(client: Inngest): InngestFunction.Any {
  return client.createFunction(
    { id: "talker", name: "Talk much", triggers: [{ event: "test/talk" }], checkpointing: false },
    async ({ event, step, logger, attempt }) => {
      const { text, count, key, failures = 0 } = event.data as TalkData;
      logger.info("began", { text });
      await step.run("say", () => {
        for (let n = 0; n < count; n += 1) logger.debug(`line ${n}`);
        logger.error(text, new Error(text));
        if (attempt < failures) throw new RetryAfterError("once more", 1_000);
      });
      if (key !== undefined) {
        const match = `async.data.key == "${key}"`;
        await step.waitForEvent("more", { event: "test/more", timeout: "1d", if: match });
      }
      await step.run("say more", () => logger.warn("said more"));
    },
  );
}

interface TalkData {
  readonly text: string;
  readonly count: number;
  /** Of the event for which it waits before it says more; absent: it does not wait. */
  readonly key?: string;
  /** How often it fails before it says all. */
  readonly failures?: number;
}

/** A step that the bank refuses, to be tried again in an hour, with an error that has causes. */
function refused(client: Inngest): InngestFunction.Any {
  return client.createFunction(
    { id: "refused", retries: 2, triggers: [{ event: "test/refused" }] },
    async ({ step }) => {
      await step.run("look up", () => "found");
      await step.run("pay", () => {
        const socket = new Error("connect ECONNREFUSED 10.0.0.3:5432");
        const cause = new TypeError("fetch failed", { cause: socket });
        throw new RetryAfterError("The bank does not answer", "1h", { cause });
      });
    },
  );
}

/** Their runs are put into the store by seed-store.ts, as if these had been called. */
function seededFunctions(client: Inngest): InngestFunction.Any[] {
  return ["invoice", "mail", "report"].map((id) =>
    client.createFunction({ id, triggers: [{ event: `seed/${id}` }] }, () => "never called"),
  );
}
