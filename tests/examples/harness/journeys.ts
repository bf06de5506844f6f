// What a visitor does with each of the small examples, and what must come of it: the same for an example in the workspace and
// for one that runs on the packed package.
import { expect } from "vitest";
import { waitUntil } from "../../protocol/harness/wait-until.ts";
import { startChild, type ChildOptions } from "./child-process.ts";
import { openDevEngine } from "./dev-engine.ts";

export interface Journey {
  readonly name: string;
  readonly framework: string;
  /** Starts the run. The answer has the event's id. */
  readonly start: readonly [path: string, body: unknown];
  /** Repeated until the run has ended: an event that comes before its wait is heard by nobody. */
  readonly goOn?: string;
  /** Printed by a step of the function. */
  readonly line: RegExp;
  readonly output: unknown;
}

export const EXPRESS: Journey = {
  name: "express-example",
  framework: "express",
  start: ["/users", { name: "Ada", email: "ada@example.com" }],
  line: /mail to ada@example\.com: Welcome, Ada!/,
  output: { userId: "user-ada" },
};

export const HONO: Journey = {
  name: "hono-example",
  framework: "hono",
  start: ["/orders/A-1", ["mug", "shirt"]],
  goOn: "/orders/A-1/payment",
  line: /order A-1 shipped from shelf of mug, shelf of shirt/,
  output: { status: "shipped" },
};

export const NEXT: Journey = {
  name: "nextjs-example",
  framework: "nextjs",
  start: ["/api/reports", { month: "2026-10" }],
  line: /report of 2026-10: 240/,
  output: { month: "2026-10", total: 240 },
};

/** Starts the app beside an engine of its own, is its visitor, and ends both. @param argv Of Node, which starts the app. */
export async function expectJourney(
  journey: Journey,
  argv: readonly string[],
  { cwd, env }: ChildOptions,
): Promise<void> {
  const engine = await openDevEngine();
  const app = startChild(argv, { cwd, env: { PORT: "0", INNGEST_DEV: engine.url, ...env } });
  try {
    // `listening at` say our examples, `Local:` says Next.
    const [, appUrl = ""] = await app.printed(/(?:listening at|Local:)\s+(http:\S+)/);
    const introspection = await fetch(`${appUrl}/api/inngest`);
    expect(introspection.headers.get("x-inngest-framework")).toBe(journey.framework);
    expect(await introspection.json()).toMatchObject({ function_count: 1, mode: "dev" });
    await engine.sync(`${appUrl}/api/inngest`);
    const [path, body] = journey.start;
    const { eventIds } = (await post(`${appUrl}${path}`, body)) as { eventIds: string[] };
    const end = await waitUntil(
      async () => {
        if (journey.goOn !== undefined) await post(`${appUrl}${journey.goOn}`, {});
        return engine.findEnd(eventIds[0] ?? "");
      },
      { what: `the run of ${journey.name} to end` },
    );
    expect(end).toEqual({ status: "Completed", output: journey.output });
    await app.printed(journey.line);
  } finally {
    await app.stop();
    await engine.close();
  }
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  return response.json();
}
