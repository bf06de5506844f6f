// Likely mistakes are told in dev mode, once, with the way out; and can be turned off.
import { afterEach, describe, expect, it, vi } from "vitest";
import { Everstep } from "../client/everstep.ts";
import type { ClientOptions } from "../client/client-options.ts";
import { callOnce, remembered } from "../execution/test-call.ts";
import type { StepTools } from "../functions/step-tools.ts";
import { serve } from "../serve/adapters/edge.ts";
import { Deadline } from "../execution/deadline.ts";

function quietClient(options: Partial<ClientOptions> = {}) {
  const warnings: string[] = [];
  const logger = {
    info: (): void => {},
    debug: (): void => {},
    error: (): void => {},
    warn: (text: unknown): void => void warnings.push(String(text)),
  };
  const answer = (async () => Response.json({ ids: ["1"], status: 200 })) as typeof fetch;
  const client = new Everstep({ id: "app", isDev: true, logger, fetch: answer, ...options });
  return { client, warnings };
}

type Options = Parameters<Everstep["createFunction"]>[0];

/** Calls a function twice that waits for an event. */
async function waitTwice(
  given: { client?: Partial<ClientOptions>; fn?: Partial<Options>; wait?: object } = {},
  stack: string[] = [],
): Promise<string[]> {
  const { client, warnings } = quietClient(given.client);
  const fn = client.createFunction({ id: "fn", ...given.fn }, { event: "x" }, ({ step }) =>
    step.waitForEvent("paid", { event: "shop/paid", ...given.wait }),
  );
  for (let call = 0; call < 2; call += 1) {
    await callOnce({ handler: () => null, definition: fn.definition }, { stack });
  }
  return warnings;
}

describe("diagnostics of functions", () => {
  it("D3: a wait without timeout, once", async () => {
    expect(await waitTwice()).toEqual([
      '[D3] Function "fn": step.waitForEvent "paid" has no timeout: a run whose event never comes waits for ever. Give it one, such as timeout: "7d", and handle null. (Off with diagnostics: { D3: "off" }.)',
    ]);
    expect(await waitTwice({ wait: { timeout: "7d" } })).toEqual([]);
  });

  it("are silent in cloud mode, and where they are turned off", async () => {
    expect(await waitTwice({ client: { isDev: false } })).toEqual([]);
    expect(await waitTwice({ fn: { diagnostics: { D3: "off" } } })).toEqual([]);
    expect(await waitTwice({ client: { diagnostics: false } })).toEqual([]);
    expect(await waitTwice({ fn: { diagnostics: { D7: "off" } } })).toHaveLength(1);
  });

  it("X12: match and an if that say the same", async () => {
    const wait = { timeout: "1h", match: "data.id", if: "event.data.id == async.data.id" };
    expect(await waitTwice({ wait })).toEqual([expect.stringContaining("[X12]")]);
    const other = { ...wait, if: "async.data.amount > 5" };
    expect(await waitTwice({ wait: other })).toEqual([]);
  });

  it("X11: a constant key that is shared with nobody", async () => {
    const wait = { timeout: "1h" };
    const key = "'all-emails'";
    const warned = await waitTwice({ wait, fn: { concurrency: { limit: 1, key } } });
    expect(warned).toEqual([expect.stringContaining('Add scope: "env"')]);
    const rules = [
      { limit: 1, key, scope: "account" as const },
      { limit: 2, key: "event.data.id" },
    ];
    expect(await waitTwice({ wait, fn: { concurrency: rules } })).toEqual([]);
  });

  it("D7: more steps than official servers take", async () => {
    const wait = { timeout: "1h" };
    const stack = (count: number): string[] => Array.from({ length: count }, (_, n) => `s${n}`);
    expect(await waitTwice({ wait }, stack(1_000))).toEqual([]);
    const warnings = await waitTwice({ wait }, stack(1_001));
    expect(warnings.filter((text) => text.startsWith("[D7]"))).toHaveLength(1);
  });
});

describe("diagnostics of steps", () => {
  async function run(callback: () => unknown, options: Partial<ClientOptions> = {}) {
    const { client, warnings } = quietClient(options);
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, async ({ step }) => {
      await step.run("load", callback);
    });
    for (let call = 0; call < 2; call += 1) {
      await callOnce({ handler: () => null, definition: fn.definition });
    }
    return warnings;
  }

  it("X16: a result that JSON does not keep, once", async () => {
    const found = await run(() => ({ rows: [{ tags: new Map([["a", 1]]) }] }));
    expect(found).toEqual([
      expect.stringMatching(
        /^\[X16\].*result of step "load".*a Map becomes \{\} \(at result\.rows\[0\]\.tags\)/,
      ),
    ]);
    expect(await run(() => ({ at: new Date(0), left: undefined, call: () => 1 }))).toEqual([]);
    expect(await run(() => new Set([1]), { isDev: false })).toEqual([]);
  });

  it("X16: the function's own result", async () => {
    const { client, warnings } = quietClient();
    const fn = client.createFunction({ id: "fn" }, { event: "x" }, () => ({ share: 1 / 0 }));
    await callOnce({ handler: () => null, definition: fn.definition });
    expect(warnings).toEqual([expect.stringContaining("Infinity becomes null (at result.share)")]);
  });

  it("D11: a result whose name promises a secret", async () => {
    const found = await run(() => ({ user: { name: "ada", password: "hunter2" } }));
    expect(found).toEqual([expect.stringMatching(/^\[D11\].*result\.user\.password/)]);
    expect(found[0]).not.toContain("hunter2");
  });

  it("X3: steps of one id at the same time, and not one after the other", async () => {
    const warningsOf = async (handler: (step: StepTools) => Promise<unknown>) => {
      const { client, warnings } = quietClient();
      const fn = client.createFunction({ id: "fn" }, { event: "x" }, ({ step }) => handler(step));
      const earlier = remembered({ first: { data: 1 } });
      await callOnce({ handler: () => null, definition: fn.definition }, earlier);
      return warnings;
    };
    const twins = await warningsOf((step) =>
      Promise.all([1, 2, 3].map((n) => step.run("send", () => n))),
    );
    expect(twins).toEqual([expect.stringMatching(/^\[X3\].*the id "send".*`send-\$\{item\.id\}`/)]);
    const inTurn = await warningsOf(async (step) => {
      await step.run("first", () => 1);
      await step.run("first", () => 2);
    });
    expect(inTurn).toEqual([]);
  });

  it("X10: a result with the name of what its callback uses", async () => {
    const found = await run(() => {
      const early = (): unknown => inventory;
      const value = early();
      const inventory = 1;
      return [value, inventory];
    });
    expect(found).toEqual([expect.stringMatching(/^\[X10\].*step "load" uses "inventory"/)]);
  });
});

describe("diagnostics of the client", () => {
  it("X6: functions that are created and not served", async () => {
    const { client, warnings } = quietClient();
    const [served] = ["a", "b", "c"].map((id) =>
      client.createFunction({ id }, { event: "x" }, () => null),
    );
    const handle = serve({ client, functions: [served] });
    const sync = (): Request => new Request("http://app.test/api/inngest", { method: "PUT" });
    await handle(sync());
    await handle(sync());
    expect(warnings).toEqual([expect.stringContaining('Not served here: "b", "c".')]);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("D11: data whose name promises a secret, by path, without its value", async () => {
    const { client, warnings } = quietClient();
    for (const email of ["a", "b"]) {
      await client.send({ name: "signup", data: { user: { email, api_key: "sk_live_1" } } });
    }
    expect(warnings).toEqual([expect.stringMatching(/^\[D11\].*data\.user\.api_key/)]);
    expect(warnings[0]).not.toContain("sk_live_1");
    const quiet = quietClient();
    await quiet.client.send({ name: "x", data: { encrypted: { password: "p" }, apiKey: "" } });
    expect(quiet.warnings).toEqual([]);
  });

  it("X20: dev mode in what looks like production", () => {
    vi.stubEnv("NODE_ENV", "production");
    const { client, warnings } = quietClient();
    expect([client.mode, client.mode]).toEqual(["dev", "dev"]);
    expect(warnings).toEqual([expect.stringContaining("[X20]")]);
  });
});

it("[R6] timeoutGrace is the time for cleaning up", () => {
  const { client } = quietClient();
  const fn = client.createFunction(
    { id: "fn", timeout: "5m", timeoutGrace: "30s" },
    { event: "x" },
    () => null,
  );
  const { timeoutMs = 0, timeoutGraceMs } = fn.definition;
  const deadline = new Deadline(timeoutMs, 1_000, timeoutGraceMs);
  expect([deadline.atMs, deadline.graceEndMs]).toEqual([301_000, 331_000]);
});
