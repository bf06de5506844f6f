// One app on an official SDK with functions under flow control, and an engine that ends and is started again on the same data.
// Keys and harness are those of the other suites; the app outlives every engine, as apps do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppProcess } from "../../protocol/harness/app-process.ts";
import { EngineClient } from "../../protocol/harness/engine-client.ts";
import { FlowWatch } from "../../protocol/harness/flow-watch.ts";
import { freePort } from "../../protocol/harness/free-port.ts";
import { waitUntil } from "../../protocol/harness/wait-until.ts";
import { EngineLife, type Keys } from "./engine-life.ts";

const KEYS: Keys = { signingKey: "f10d".repeat(16), eventKey: "flow-event-key" };
const END_TIMEOUT_MS = 60_000;

export class FlowWorld {
  readonly flow: FlowWatch;
  readonly #app: AppProcess;
  readonly #directory: string;
  readonly #port: number;
  #life: EngineLife | undefined;

  private constructor(app: AppProcess, port: number, directory: string) {
    this.#app = app;
    this.#port = port;
    this.#directory = directory;
    const running = (): EngineLife => this.#running();
    const address = {
      baseUrl: `http://127.0.0.1:${port}`,
      get log() {
        return running().log;
      },
    };
    const access = { bearer: KEYS.signingKey, eventKey: KEYS.eventKey };
    this.flow = new FlowWatch(app, new EngineClient(address, access));
  }

  static async start(version: 3 | 4): Promise<FlowWorld> {
    const directory = mkdtempSync(join(tmpdir(), "everstep-flow-"));
    const port = await freePort();
    const app = await AppProcess.start({
      appId: `v${version}`,
      version,
      functions: "flow",
      engineUrl: `http://127.0.0.1:${port}`,
      cloud: { signingKey: `signkey-test-${KEYS.signingKey}`, eventKey: KEYS.eventKey },
    });
    const world = new FlowWorld(app, port, directory);
    await world.open();
    return world;
  }

  /** Starts an engine on the data of the one before; resolves when it is healthy and knows the app. */
  async open(): Promise<void> {
    const life = new EngineLife({
      dataDir: join(this.#directory, "data"),
      home: this.#directory,
      port: this.#port,
      keys: KEYS,
      appUrls: [this.#app.url],
      args: ["--shutdown-grace", "0"],
    });
    this.#life = life;
    if (!(await life.ready())) throw new Error(`it did not start\n${life.log.last(60)}`);
    await waitUntil(
      async () => {
        const path = `/v1/apps/${this.#app.appId}/functions`;
        const response = await this.flow.engine.request(path);
        await response.body?.cancel();
        return response.status === 200 ? true : undefined;
      },
      { what: "the app to be synced", explain: () => life.log.last(60) },
    );
  }

  /** kill -9, or a stop that does not wait for the calls that are out. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const life = this.#running();
    life.signal(signal);
    await life.ended(END_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    if (this.#life !== undefined && !this.#life.isOver) await this.end("SIGKILL");
    await this.#app.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #running(): EngineLife {
    if (this.#life === undefined) throw new Error("no engine was started");
    return this.#life;
  }
}
