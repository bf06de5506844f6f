// One engine process with one app process per mode under test: what a test file shares. Apps start first, so that the
// engine finds them at its first ping; an app's id is its mode's name and every event name starts with it.
import { AppProcess } from "./app-process.ts";
import type { AppOptions } from "./app-process.ts";
import { EngineClient } from "./engine-client.ts";
import { EngineProcess } from "./engine-process.ts";
import { freePort } from "./free-port.ts";
import { waitUntil } from "./wait-until.ts";

export interface Mode {
  readonly name: string;
  readonly version: 3 | 4;
  readonly isOurs?: boolean;
  readonly checkpointing?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export const V3: Mode = { name: "v3", version: 3 };
export const V3_CHECKPOINTS: Mode = { name: "v3-checkpoints", version: 3, checkpointing: true };
export const V4: Mode = { name: "v4", version: 4 };
export const V4_CALLS: Mode = { name: "v4-calls", version: 4, checkpointing: false };

/** The app of version 3 on our SDK under the official one's name. Ours checkpoints unless it is told not to. */
export const EV3: Mode = { name: "ev3", version: 3, isOurs: true };
/** A call for each step, and runId in failure handlers as the official SDKs mean it. */
const OFFICIAL_WAYS = { checkpointing: false, env: { EVERSTEP_FAILURE_RUN_ID: "own" } } as const;
export const EV3_CALLS: Mode = { ...EV3, ...OFFICIAL_WAYS, name: "ev3-calls" };
export const EV4: Mode = { name: "ev4", version: 4, isOurs: true };
export const EV4_CALLS: Mode = { ...EV4, ...OFFICIAL_WAYS, name: "ev4-calls" };

const OUR_MODES: readonly Mode[] = [EV3, EV3_CALLS, EV4, EV4_CALLS];
/** Both versions as they come, version 4 with a call for each step, and both apps on our SDK. */
export const MODES: readonly Mode[] = [V3, V4, V4_CALLS, ...OUR_MODES];
export const ALL_MODES: readonly Mode[] = [V3, V3_CHECKPOINTS, V4, V4_CALLS, ...OUR_MODES];

export interface Keys {
  /** Hex, without prefix. */
  readonly signingKey: string;
  readonly eventKey: string;
}

export interface WorldOptions {
  readonly functions: string;
  readonly modes: readonly Mode[];
  /** Given: `everstep start` with these keys, apps in cloud mode. Absent: `everstep dev`. */
  readonly keys?: Keys;
  readonly streaming?: boolean;
  readonly engineArgs?: readonly string[];
}

export class World {
  readonly engine: EngineClient;
  readonly process: EngineProcess;
  readonly #apps: readonly AppProcess[];

  private constructor(process: EngineProcess, engine: EngineClient, apps: readonly AppProcess[]) {
    this.process = process;
    this.engine = engine;
    this.#apps = apps;
  }

  static async start(options: WorldOptions): Promise<World> {
    const port = await freePort();
    const apps = await Promise.all(
      options.modes.map((mode) =>
        AppProcess.start(appOptions(mode, options, `http://127.0.0.1:${port}`)),
      ),
    );
    try {
      const process = await EngineProcess.start(engineOptions(options, port, apps));
      const engine = new EngineClient(
        process,
        options.keys === undefined
          ? {}
          : { bearer: options.keys.signingKey, eventKey: options.keys.eventKey },
      );
      const world = new World(process, engine, apps);
      await Promise.all(apps.map((app) => world.waitSynced(app)));
      return world;
    } catch (error) {
      await Promise.all(apps.map((app) => app.stop()));
      throw error;
    }
  }

  app(mode: Mode): AppProcess {
    const found = this.#apps.find((app) => app.appId === mode.name);
    if (found === undefined) {
      throw new Error(`mode: no app runs for "${mode.name}"`);
    }
    return found;
  }

  /** Waits until the engine knows the app's functions. */
  async waitSynced(app: AppProcess): Promise<void> {
    await waitUntil(
      async () => {
        const response = await this.engine.request(`/v1/apps/${app.appId}/functions`);
        if (response.status !== 200) {
          await response.body?.cancel();
          return undefined;
        }
        const rows = (await response.json()) as unknown[];
        return rows.length > 0 ? true : undefined;
      },
      {
        what: `app ${app.appId} to be synced`,
        explain: () => `${this.process.log.last(40)}\n--- app\n${app.log.last(20)}`,
      },
    );
  }

  /** Ends the engine first: with its apps still there it has every chance to drain. */
  async stop(): Promise<void> {
    try {
      await this.process.stop();
    } finally {
      await Promise.all(this.#apps.map((app) => app.stop()));
    }
  }
}

/** An id that no other test uses. */
export function freshId(): string {
  return crypto.randomUUID();
}

function appOptions(mode: Mode, options: WorldOptions, engineUrl: string): AppOptions {
  return {
    appId: mode.name,
    version: mode.version,
    ...(mode.isOurs === undefined ? {} : { isOurs: mode.isOurs }),
    ...(mode.env === undefined ? {} : { env: mode.env }),
    functions: options.functions,
    engineUrl,
    ...(mode.checkpointing === undefined ? {} : { checkpointing: mode.checkpointing }),
    ...(options.streaming === undefined ? {} : { streaming: options.streaming }),
    ...(options.keys === undefined
      ? {}
      : {
          cloud: {
            signingKey: `signkey-test-${options.keys.signingKey}`,
            eventKey: options.keys.eventKey,
          },
        }),
  };
}

function engineOptions(
  options: WorldOptions,
  port: number,
  apps: readonly AppProcess[],
): Parameters<typeof EngineProcess.start>[0] {
  const urls = apps.flatMap((app) => ["--sdk-url", app.url]);
  const args = [...urls, "--retry-interval", "1", ...(options.engineArgs ?? [])];
  if (options.keys === undefined) {
    return { command: "dev", port, args: [...args, "--no-discovery", "--no-poll"] };
  }
  const keys = ["--signing-key", options.keys.signingKey, "--event-key", options.keys.eventKey];
  return { command: "start", port, args: [...args, ...keys] };
}
