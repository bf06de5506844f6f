// Apps that outlive many engines: what a test file shares. Each scenario has a data folder and a load of its own; the apps,
// their journals and the port stay.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../protocol/harness/free-port.ts";
import type { AppPoint } from "../apps/messages.ts";
import { CrashClient } from "./crash-client.ts";
import { EngineLife, type Keys, type LifeOptions } from "./engine-life.ts";
import { LoadApp } from "./load-app.ts";

const KEYS: Keys = { signingKey: "5ca1ab1e".repeat(8), eventKey: "crash-event-key" };

export class CrashWorld {
  readonly apps: readonly LoadApp[];
  readonly port: number;
  readonly #directory: string;

  private constructor(directory: string, port: number, apps: readonly LoadApp[]) {
    this.#directory = directory;
    this.port = port;
    this.apps = apps;
  }

  /** @param isOurs The apps run on our SDK under the official one's name. */
  static async start(isOurs = false): Promise<CrashWorld> {
    const directory = mkdtempSync(join(tmpdir(), "everstep-crash-"));
    const enginePort = await freePort();
    const start = (version: 3 | 4): Promise<LoadApp> =>
      LoadApp.start({ version, isOurs, enginePort, keys: KEYS, directory });
    return new CrashWorld(directory, enginePort, await Promise.all([start(3), start(4)]));
  }

  client(): CrashClient {
    return new CrashClient(`http://127.0.0.1:${this.port}`, KEYS);
  }

  newDataDir(): string {
    return mkdtempSync(join(this.#directory, "data-"));
  }

  spawn(dataDir: string, options: Partial<LifeOptions> = {}): EngineLife {
    const appUrls = this.apps.map((app) => app.url);
    return new EngineLife({
      dataDir,
      home: this.#directory,
      port: this.port,
      keys: KEYS,
      appUrls,
      ...options,
    });
  }

  /** The app that passes this point: only version 4 checkpoints unless told to. */
  appFor(point: AppPoint, nth: number): LoadApp {
    const version = point.startsWith("checkpoint") || nth % 2 === 0 ? 4 : 3;
    const app = this.apps.find((candidate) => candidate.version === version);
    if (app === undefined) throw new Error(`no app of version ${version} runs`);
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.stop()));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
