// The app registers itself (R21): when the handler is made, if the author has said where it will be reached, else with the first request
// that is not the engine's own. Dev mode only unless asked for, because anybody who can send a request could otherwise say where the
// app is. An engine that is not there is no error: that is told once, and the next request tries again.
import { inferAppUrl, withServeSettings } from "./app-url.ts";
import { createEngineApi } from "./engine-api.ts";
import { findPlatformKeepAlive } from "./keep-alive.ts";
import { createHeaderWriter } from "./replies.ts";
import type { ServeRequest } from "./serve-request.ts";
import type { ServeSettings } from "./serve-settings.ts";
import { describeApp, registerApp, type RegisterOutcome, type ServedApp } from "./sync.ts";

/** Between two attempts, so that a health check every second does not knock every second. */
const PAUSE_MS = 5_000;

interface AutoSyncPort {
  /** The option; undefined: in dev mode. */
  readonly wish: boolean | undefined;
  readonly nowMs: () => number;
  /** Never throws. */
  register(url: URL, settings: ServeSettings): Promise<RegisterOutcome>;
  /** Told once that the engine knows the app. */
  onDone(url: URL): void;
  /** Told once, of the first attempt that failed. */
  onFailed(outcome: RegisterOutcome, settings: ServeSettings): void;
}

export class AutoSync {
  readonly #port: AutoSyncPort;
  #isDone = false;
  #hasFailed = false;
  #nextAtMs = 0;

  constructor(port: AutoSyncPort) {
    this.#port = port;
  }

  /** To be called when the handler is made. Does nothing unless the settings say where it will be reached. */
  atStart(settings: ServeSettings): void {
    const { serveOrigin, servePath } = settings;
    if (serveOrigin === undefined || servePath === undefined) return;
    if (!this.#isWanted(settings)) return;
    void this.#register(withServeSettings(new URL("http://localhost"), settings), settings);
  }

  /** To be called with each request; costs nothing once the engine knows the app. */
  onRequest(request: ServeRequest, settings: ServeSettings): void {
    if (this.#isDone || !this.#isWanted(settings)) return;
    // Calls and syncs come from an engine, which then knows the app.
    if (request.method !== "GET") this.#isDone = true;
    else if (request.header("x-inngest-server-kind") === undefined) {
      const work = this.#register(inferAppUrl(request, settings, false), settings);
      const keepAlive = request.keepAlive ?? findPlatformKeepAlive();
      keepAlive?.(work);
    }
  }

  #isWanted(settings: ServeSettings): boolean {
    const { wish } = this.#port;
    if (settings.mode === "dev") return wish !== false;
    return wish === true && settings.serveOrigin !== undefined;
  }

  async #register(url: URL, settings: ServeSettings): Promise<void> {
    const nowMs = this.#port.nowMs();
    if (nowMs < this.#nextAtMs) return;
    this.#nextAtMs = nowMs + PAUSE_MS;
    const outcome = await this.#port.register(url, settings);
    if (this.#isDone) return;
    if (outcome.status < 400) {
      this.#isDone = true;
      this.#port.onDone(url);
    } else if (!this.#hasFailed) {
      this.#hasFailed = true;
      this.#port.onFailed(outcome, settings);
    }
  }
}

/** For one handler. */
export function openAutoSync(app: ServedApp): AutoSync {
  const { options, facts, functions } = app;
  return new AutoSync({
    wish: options.autoSync,
    nowMs: () => Date.now(),
    register: (url, settings) =>
      registerApp(describeApp(app, settings, url), {
        api: createEngineApi(settings),
        deployId: undefined,
        headers: createHeaderWriter({ header: () => undefined }, settings, facts.frameworkName)
          .common,
      }),
    onDone: (url) => {
      const { size } = functions.entries;
      const count = size === 1 ? "the function" : `the ${size} functions`;
      options.client.logger.info(`The engine knows ${count} at ${url.href}.`);
    },
    onFailed: ({ message }, { mode }) =>
      options.client.logger.warn(
        `This app is in ${mode} mode and could not register itself, so nothing runs yet: ${message} Requests to it try again.`,
      ),
  });
}
