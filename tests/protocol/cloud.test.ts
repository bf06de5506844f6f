// `everstep start` with keys and apps in cloud mode: signed calls, authorised APIs, and clear words when a key is wrong.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { AppProcess } from "./harness/app-process.ts";
import type { AppOptions } from "./harness/app-process.ts";
import { EngineClient } from "./harness/engine-client.ts";
import { LogTail } from "./harness/log-tail.ts";
import { waitUntil } from "./harness/wait-until.ts";
import type { Keys, Mode } from "./harness/world.ts";
import { EV3, EV4, MODES, V3, V4, World, freshId } from "./harness/world.ts";

// Many tests start an app: more of these at once only take the processor from the engine, which has seconds to answer a sync.
vi.setConfig({ maxConcurrency: 4 });

const KEYS: Keys = {
  signingKey: "5f2b8a0c1d3e4f5061728394a5b6c7d8",
  eventKey: "event-key-of-the-tests",
};
const WRONG_KEY = "signkey-test-00000000000000000000000000000000";

let world: World;
const extraApps: AppProcess[] = [];
beforeAll(async () => {
  world = await World.start({ functions: "steps", modes: MODES, keys: KEYS });
});
afterAll(async () => {
  await world.stop();
  await Promise.all(extraApps.map((app) => app.stop()));
});

function appOf(mode: Mode): Pick<AppOptions, "version" | "isOurs"> {
  return { version: mode.version, isOurs: mode.isOurs ?? false };
}

async function startApp(options: Partial<AppOptions> & { appId: string }): Promise<AppProcess> {
  const app = await AppProcess.start({
    version: 4,
    functions: "steps",
    engineUrl: world.engine.baseUrl,
    cloud: { signingKey: `signkey-test-${KEYS.signingKey}`, eventKey: KEYS.eventKey },
    ...options,
  });
  extraApps.push(app);
  return app;
}

describe.concurrent.each(MODES)("cloud mode, $name", (mode) => {
  it("runs steps with signed calls and checkpoints", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/sequence`, { id });
    expect(run).toMatchObject({ status: "Completed", output: { second: 2, echo: { id } } });
    const calls = await world.app(mode).callsOf(run.run_id);
    for (const call of calls) {
      expect(call.headers["x-inngest-signature"]).toMatch(/^t=\d{10}&s=[0-9a-f]{64}$/);
      expect(call.answer.status).toBeLessThan(300);
    }
  });

  it("runs parallel steps", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/fan`, { id: freshId() });
    expect(run).toMatchObject({ status: "Completed" });
  });
});

describe.concurrent.each([V3, V4, EV3, EV4])("sync in cloud mode, $name", (mode) => {
  it("takes an app that asks to be synced by PUT", async () => {
    const app = await startApp({ ...appOf(mode), appId: `${mode.name}-put` });
    const response = await fetch(app.url, { method: "PUT" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ modified: true });
    await world.waitSynced(app);
    const again = await fetch(app.url, { method: "PUT" });
    expect(await again.json()).toMatchObject({ modified: false });
  });

  it("refuses an app with another key and tells it why", async () => {
    const app = await startApp({
      ...appOf(mode),
      appId: `${mode.name}-wrong`,
      cloud: { signingKey: WRONG_KEY, eventKey: KEYS.eventKey },
    });
    const response = await fetch(app.url, { method: "PUT" });
    expect(response.status).toBeGreaterThanOrEqual(400);
    const functions = await world.engine.request(`/v1/apps/${app.appId}/functions`);
    if (functions.status === 200) {
      expect(await functions.json()).toStrictEqual([]);
    }
  });

  it("shows at a pinged app that its key is another", async () => {
    const app = await startApp({
      ...appOf(mode),
      appId: `${mode.name}-pinged`,
      cloud: { signingKey: WRONG_KEY, eventKey: KEYS.eventKey },
    });
    const create = (await world.engine.graphqlReply(
      `mutation ($url: String!) { createApp(input: { url: $url }) { id } }`,
      { url: app.url },
    )) as { errors?: unknown[] };
    // The mutation may answer with the error itself; the app's state has to tell it in any case.
    expect(create).toBeDefined();
    const found = await waitUntil(
      async () => {
        const data = (await world.engine.graphql(`{ apps { url error } }`)) as {
          apps: { url: string | null; error: string | null }[];
        };
        return data.apps.find(
          (one) => one.url?.includes(`:${app.port}`) === true && one.error !== null,
        );
      },
      { what: "the pinged app to show an error", explain: () => world.process.log.last(40) },
    );
    expect(found.error).toMatch(/signing key|unauthorized|401/i);
  });
});

describe.concurrent.each([V3, V4, EV3, EV4])("pings in cloud mode, $name", (mode) => {
  const ping = (app: AppProcess): Promise<unknown> =>
    world.engine.graphqlReply(
      `mutation ($url: String!) { createApp(input: { url: $url }) { id } }`,
      { url: app.url },
    );

  it("are signed and sync the app in band", async () => {
    const app = await startApp({ ...appOf(mode), appId: `${mode.name}-in-band` });
    await ping(app);
    await world.waitSynced(app);
    const [put] = await app.waitCalls("PUT");
    expect(put?.headers).toMatchObject({
      "x-inngest-server-kind": "cloud",
      "x-inngest-sync-kind": "in_band",
      "x-inngest-signature": expect.stringMatching(/^t=\d{10}&s=[0-9a-f]{64}$/) as string,
    });
    expect(put?.answer.headers["x-inngest-sync-kind"]).toBe("in_band");
  });

  it("sync an app that allows no in-band sync as well", async () => {
    const app = await startApp({
      ...appOf(mode),
      appId: `${mode.name}-out-of-band`,
      env: { INNGEST_ALLOW_IN_BAND_SYNC: "false" },
    });
    await ping(app);
    await world.waitSynced(app);
    const calls = await app.waitCalls("PUT");
    const kinds = calls.map((call) => call.answer.headers["x-inngest-sync-kind"]);
    expect(kinds).toContain("out_of_band");
    expect(kinds).not.toContain("in_band");
  });

  it("and calls reach an app whose fallback key is ours", async () => {
    const app = await startApp({
      ...appOf(mode),
      appId: `${mode.name}-fallback`,
      cloud: { signingKey: WRONG_KEY, eventKey: KEYS.eventKey },
      env: { INNGEST_SIGNING_KEY_FALLBACK: `signkey-test-${KEYS.signingKey}` },
    });
    expect((await fetch(app.url, { method: "PUT" })).status).toBe(200);
    await world.waitSynced(app);
    const run = await world.engine.runToEnd(`${app.appId}/sequence`, { id: freshId() });
    expect(run).toMatchObject({ status: "Completed", output: { second: 2 } });
  });
});

describe.concurrent("keys", () => {
  it("are asked for by the APIs that read and change runs", async () => {
    const run = await world.engine.runToEnd(`${V4.name}/no-steps`);
    const nobody = new EngineClient(world.process);
    const paths = [`/v1/runs/${run.run_id}`, `/v1/events`, `/v0/runs/${run.run_id}/actions`];
    const answers = await Promise.all(paths.map((path) => nobody.request(path)));
    expect(answers.map((response) => response.status)).toStrictEqual([401, 401, 401]);
    const register = await nobody.post("/fn/register", { appName: "x", functions: [] });
    expect(register.status).toBe(401);
    const wrong = new EngineClient(world.process, { bearer: "00".repeat(16) });
    expect((await wrong.request(`/v1/runs/${run.run_id}`)).status).toBe(401);
  });

  it("may be sent plain or hashed", async () => {
    const run = await world.engine.runToEnd(`${V4.name}/no-steps`);
    const { createHash } = await import("node:crypto");
    const hashed = createHash("sha256").update(Buffer.from(KEYS.signingKey, "hex")).digest("hex");
    for (const bearer of [KEYS.signingKey, `signkey-test-${KEYS.signingKey}`, hashed]) {
      const client = new EngineClient(world.process, { bearer });
      expect(await client.run(run.run_id)).toMatchObject({ status: "Completed" });
    }
  });

  it("guard the event API", async () => {
    const response = await world.engine.post("/e/another-key", { name: "x", data: {} });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      status: 401,
      error: expect.stringContaining("Event key not found") as string,
    });
  });

  it("are told apart by server kind: responses say cloud", async () => {
    const response = await world.engine.request("/health");
    expect(response.headers.get("x-inngest-server-kind")).toBe("cloud");
    expect((await world.engine.request("/dev")).status).toBe(404);
  });
});

describe.concurrent("everstep start", () => {
  it("refuses to run without keys and says how to make them", async () => {
    const command = fileURLToPath(new URL("../../packages/cli/bin/everstep.js", import.meta.url));
    const child = spawn(process.execPath, [command, "start", "--port", "0"], {
      cwd: "/",
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = new LogTail([child.stdout, child.stderr]);
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).not.toBe(0);
    expect(log.text).toContain("everstep keys new");
    expect(log.text).toMatch(/signing.key/i);
  });
});
