// An app on one of the SDKs, in a process of its own (the two official versions share a global), seen from the benchmark.
import { fileURLToPath } from "node:url";
import type { AppSettings, MarkMessage, ReachedMessage, VariantName } from "../messages.ts";
import { Child, pickListening } from "./child.ts";
import { EVENT_KEY, SIGNING_KEY } from "./keys.ts";

interface Variant {
  readonly file: URL;
  readonly checkpointing?: boolean;
}

const V3_FILE = new URL("../apps/app-v3.ts", import.meta.url);
const V4_FILE = new URL("../apps/app-v4.ts", import.meta.url);
const OUR_FILE = new URL("../apps/app-everstep.ts", import.meta.url);

const VARIANTS: Readonly<Record<VariantName, Variant>> = {
  v3: { file: V3_FILE },
  v4: { file: V4_FILE },
  "v4-calls": { file: V4_FILE, checkpointing: false },
  everstep: { file: OUR_FILE },
  "everstep-calls": { file: OUR_FILE, checkpointing: false },
};

/** Long enough for a million runs on a slow machine. */
const REACHED_TIMEOUT_MS = 3_600_000;

export class AppProcess {
  readonly appId: string;
  readonly #child: Child;
  #port = 0;

  private constructor(appId: string, child: Child) {
    this.appId = appId;
    this.#child = child;
  }

  static async start(variant: VariantName, engineUrl: string): Promise<AppProcess> {
    const appId = `bench-${variant}`;
    const { file, checkpointing } = VARIANTS[variant];
    const settings: AppSettings = {
      appId,
      ...(checkpointing === undefined ? {} : { checkpointing }),
    };
    const child = new Child({
      name: `app ${variant}`,
      argv: [fileURLToPath(file)],
      env: {
        BENCH_APP: JSON.stringify(settings),
        NODE_ENV: "production",
        INNGEST_DEV: "0",
        INNGEST_BASE_URL: engineUrl,
        INNGEST_SIGNING_KEY: `signkey-bench-${SIGNING_KEY}`,
        INNGEST_EVENT_KEY: EVENT_KEY,
      },
      hasChannel: true,
    });
    const app = new AppProcess(appId, child);
    app.#port = await child.take(pickListening, "listening");
    return app;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/api/inngest`;
  }

  eventName(functionId: string): string {
    return `${this.appId}/${functionId}`;
  }

  /** Has the app register itself with its engine. */
  async register(): Promise<void> {
    const response = await fetch(this.url, { method: "PUT" });
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.appId}: PUT answered ${response.status} ${text}`);
  }

  /** Counts a topic from now on. @returns when the count is reached, on the shared clock. */
  async expect(topic: string, count: number): Promise<number> {
    return (await this.expectSpan(topic, count)).atMs;
  }

  /** The same, with when the first of them was counted. */
  expectSpan(topic: string, count: number): Promise<ReachedMessage> {
    this.#child.send({ kind: "expect", topic, count });
    return this.#child.take(
      (message) => (isReached(message, topic) ? message : undefined),
      `${count} times "${topic}"`,
      REACHED_TIMEOUT_MS,
    );
  }

  takeMark(topic: string, key?: string): Promise<MarkMessage> {
    return this.#child.take(
      (message) =>
        message.kind === "mark" &&
        message.topic === topic &&
        (key === undefined || message.key === key)
          ? message
          : undefined,
      `the mark "${topic}" ${key ?? ""}`,
    );
  }

  /** Open, it lets the handlers go on that wait at it, and all that come later. */
  setGate(isOpen: boolean): void {
    this.#child.send({ kind: "gate", isOpen });
  }

  async stop(): Promise<void> {
    await this.#child.stop("SIGKILL");
  }
}

function isReached(message: { readonly kind: string }, topic: string): message is ReachedMessage {
  return message.kind === "reached" && (message as ReachedMessage).topic === topic;
}
