// Apps that go away and come back, change what they serve, or register something wrong.
import { afterEach, describe, expect, it } from "vitest";
import { AppProcess } from "./harness/app-process.ts";
import type { AppOptions } from "./harness/app-process.ts";
import { EngineClient } from "./harness/engine-client.ts";
import { EngineProcess } from "./harness/engine-process.ts";
import { freePort } from "./harness/free-port.ts";
import { waitUntil } from "./harness/wait-until.ts";
import type { Mode } from "./harness/world.ts";
import { EV3, EV4, MODES, V3, V4, freshId } from "./harness/world.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) {
    await stop();
  }
});

interface Pair {
  readonly engine: EngineClient;
  readonly app: AppProcess;
  restartApp(changes?: Partial<AppOptions>): Promise<AppProcess>;
}

async function startPair(mode: Mode, functions: string): Promise<Pair> {
  const port = await freePort();
  const options: AppOptions = {
    appId: mode.name,
    version: mode.version,
    isOurs: mode.isOurs ?? false,
    functions,
    engineUrl: `http://127.0.0.1:${port}`,
    ...(mode.checkpointing === undefined ? {} : { checkpointing: mode.checkpointing }),
  };
  const app = await AppProcess.start(options);
  stops.push(() => app.stop());
  const process = await EngineProcess.start({
    command: "dev",
    port,
    args: ["--no-discovery", "--no-poll", "--retry-interval", "1"],
  });
  stops.push(() => process.stop());
  const engine = new EngineClient(process);
  return {
    engine,
    app,
    restartApp: async (changes = {}) => {
      await app.stop("SIGKILL");
      const next = await AppProcess.start({ ...options, port: app.port, ...changes });
      stops.push(() => next.stop());
      return next;
    },
  };
}

function sync(app: AppProcess): Promise<Response> {
  return fetch(app.url, { method: "PUT" });
}

describe.each(MODES)("an app of $name", (mode) => {
  it("may die inside a step and come back: finished steps are not run again", async () => {
    const { engine, app, restartApp } = await startPair(mode, "steps");
    expect((await sync(app)).status).toBe(200);
    const id = freshId();
    const runId = await engine.start(`${mode.name}/gated`, { id });
    await app.waitNote("gated.held", (value) => value === id);
    const next = await restartApp();
    await next.waitNote("gated.held", (value) => value === id);
    next.openGate(`gated.${id}`);
    expect(await engine.waitEnd(runId)).toMatchObject({
      status: "Completed",
      output: ["before", "held", "after"],
    });
    expect(app.noted("gated.before")).toStrictEqual([id]);
    expect(next.noted("gated.before")).toStrictEqual([]);
    expect(next.noted("gated.after")).toStrictEqual([id]);
  });
});

describe.each([V3, V4, EV3, EV4])("a deploy of $name", (mode) => {
  it("that drops a function fails its runs until the sync, with the app's own words", async () => {
    const { engine, app, restartApp } = await startPair(mode, "steps");
    expect((await sync(app)).status).toBe(200);
    const next = await restartApp({ functions: "bare" });
    const run = await engine.runToEnd(`${mode.name}/gone`);
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toMatch(/function/i);

    expect(await (await sync(next)).json()).toMatchObject({ modified: true });
    const [eventId = ""] = await engine.send({ name: `${mode.name}/gone`, data: {} });
    await engine.runToEnd(`${mode.name}/bare`);
    expect(await engine.runsOf(eventId)).toStrictEqual([]);
    const ids = await engine.functionIds(mode.name);
    expect([...ids.keys()]).toStrictEqual(["bare"]);
  });

  it("with a bad cron or expression is refused whole, naming function and value", async () => {
    const { engine, app, restartApp } = await startPair(mode, "badCron");
    const cron = await sync(app);
    expect(cron.status).toBeGreaterThanOrEqual(400);
    const words = JSON.stringify(await cron.json());
    expect(words).toContain("61 * * * *");
    expect(words).toContain("bad-cron");
    const next = await restartApp({ functions: "badExpression" });
    const expression = await sync(next);
    expect(expression.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(await expression.json())).toContain("event.data.amount >");
    const functions = await engine.request(`/v1/apps/${mode.name}/functions`);
    if (functions.status === 200) {
      expect(await functions.json()).toStrictEqual([]);
    }
  });
});

describe("an app that is not there yet", () => {
  it("is called again until it is, within the run's attempts", async () => {
    const { engine, app, restartApp } = await startPair(V4, "steps");
    expect((await sync(app)).status).toBe(200);
    await app.stop("SIGKILL");
    const id = freshId();
    const runId = await engine.start(`${V4.name}/gated`, { id });
    await waitUntil(
      async () => ((await engine.run(runId)).status === "Running" ? true : undefined),
      { what: "the run to have been tried" },
    );
    const next = await restartApp();
    await next.waitNote("gated.held", (value) => value === id);
    next.openGate(`gated.${id}`);
    expect(await engine.waitEnd(runId)).toMatchObject({ status: "Completed" });
  });
});
