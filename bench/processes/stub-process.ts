// The stub engine, in a process of its own as the real one is: calls apps as fast as they answer and acknowledges at once.
import { fileURLToPath } from "node:url";
import type { StubDone, StubJob } from "../messages.ts";
import { Child, pickListening } from "./child.ts";
import type { AppProcess } from "./app-process.ts";

const FILE = fileURLToPath(new URL("../stub/stub-engine.ts", import.meta.url));
/** As many connections to one app as the engine opens. */
const CONNECTIONS_MAX = 256;

export type StubWork = Pick<StubJob, "functionId" | "runs"> &
  Partial<Pick<StubJob, "data" | "concurrency">>;

export class StubProcess {
  readonly #child: Child;
  #port = 0;

  private constructor(child: Child) {
    this.#child = child;
  }

  static async start(): Promise<StubProcess> {
    const stub = new StubProcess(
      new Child({ name: "stub engine", argv: [FILE], hasChannel: true }),
    );
    stub.#port = await stub.#child.take(pickListening, "listening");
    return stub;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Brings runs of one function to their end. */
  async run(app: AppProcess, work: StubWork): Promise<StubDone> {
    const { appId, url: appUrl } = app;
    this.#child.send({
      kind: "job",
      appId,
      appUrl,
      data: {},
      concurrency: Math.min(CONNECTIONS_MAX, work.runs),
      ...work,
    });
    const end = await this.#child.take(
      (message) => (message.kind === "done" || message.kind === "failed" ? message : undefined),
      `the end of ${work.runs} runs of ${work.functionId}`,
    );
    if (end.kind === "failed") throw new Error(`stub engine: ${end.message}`);
    return end;
  }

  async stop(): Promise<void> {
    await this.#child.stop("SIGKILL");
  }
}
