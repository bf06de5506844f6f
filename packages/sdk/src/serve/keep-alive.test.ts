// R9: whoever stops code with its reply is asked to wait for sends that nobody awaits.
import { afterEach, describe, expect, it } from "vitest";
import { Everstep } from "../client/everstep.ts";
import { silentLogger } from "../execution/test-call.ts";
import { findPlatformKeepAlive } from "./keep-alive.ts";

const NEXT = Symbol.for("@next/request-context");
const VERCEL = Symbol.for("@vercel/request-context");
const globals = globalThis as Record<PropertyKey, unknown>;

/** A platform's context, and what it was asked to wait for. */
function recordWaits(): { context: object; works: Promise<unknown>[] } {
  const works: Promise<unknown>[] = [];
  return { works, context: { waitUntil: (work: Promise<unknown>) => void works.push(work) } };
}

describe("[seeds R9] a send that nobody awaits", () => {
  afterEach(() => {
    for (const key of [NEXT, VERCEL, "Netlify"]) delete globals[key];
  });

  it.each([
    ["Next.js", (context: object) => (globals[NEXT] = { get: () => context })],
    ["Vercel", (context: object) => (globals[VERCEL] = { get: () => context })],
    ["Netlify", (context: object) => (globals["Netlify"] = { context })],
  ])("keeps %s up until it is through", async (_platform, install) => {
    const { context, works } = recordWaits();
    install(context);
    let answer: () => void = () => {};
    const client = new Everstep({
      id: "app",
      isDev: true,
      logger: silentLogger,
      fetch: () =>
        new Promise((resolve) => {
          answer = () => resolve(Response.json({ ids: ["1"], status: 200 }));
        }),
    });
    void client.send({ name: "x" });
    expect(works).toHaveLength(1);
    let isDone = false;
    const waited = works[0]?.then(() => (isDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    answer();
    await waited;
    expect(isDone).toBe(true);
  });

  it("asks nobody outside of requests and on other platforms", () => {
    expect(findPlatformKeepAlive()).toBeUndefined();
    globals[VERCEL] = { get: () => undefined };
    globals["Netlify"] = { context: null };
    expect(findPlatformKeepAlive()).toBeUndefined();
  });
});
