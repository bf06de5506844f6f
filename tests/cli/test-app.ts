// An app on the official SDK inside the test process: one function that waits at a gate, so that a test decides when a call
// ends. What happened is told by promises, never by waiting a while.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Inngest } from "inngest4";
import { serve } from "inngest4/node";

export interface TestApp {
  /** Asks the server to sync this app. */
  readonly sync: () => Promise<void>;
  readonly url: string;
  /** How often the step was entered. */
  readonly calls: () => number;
  /** The step has been entered for the nth time. */
  readonly called: (times: number) => Promise<void>;
  /** Lets the step go on, this time and ever after. */
  readonly open: () => void;
  /** The run's end has been recorded by the server. */
  readonly ended: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Function `greet` on event test/greet, with the step say-hello behind the gate.
 *
 * @param keys Of a server that has some; the app then refuses calls without a signature.
 */
export async function createTestApp(
  baseUrl: string,
  keys?: { readonly signingKey: string; readonly eventKey: string },
): Promise<TestApp> {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const mode = { isDev: keys === undefined, baseUrl, logger: quiet };
  const client = new Inngest({ id: "app", ...mode, ...keys });
  const waiting = new Map<number, () => void>();
  const gate = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let calls = 0;
  const greet = client.createFunction(
    { id: "greet", triggers: [{ event: "test/greet" }] },
    async ({ event, step }) =>
      step.run("say-hello", async () => {
        calls += 1;
        waiting.get(calls)?.();
        await gate.promise;
        return `Hello ${(event.data as { name: string }).name}`;
      }),
  );
  const watch = client.createFunction(
    { id: "watch", triggers: [{ event: "inngest/function.finished" }] },
    () => {
      finished.resolve();
    },
  );
  const server = createServer(serve({ client, functions: [greet, watch] }));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
  return {
    url,
    calls: () => calls,
    sync: async () => {
      const response = await fetch(url, { method: "PUT" });
      if (!response.ok) {
        throw new Error(`sync failed: ${response.status} ${await response.text()}`);
      }
    },
    called: (times) =>
      new Promise((resolve) => {
        waiting.set(times, resolve);
        if (calls >= times) {
          resolve();
        }
      }),
    open: () => gate.resolve(),
    ended: () => finished.promise,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
