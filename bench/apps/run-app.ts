// The process of an app: a node:http server around an official SDK's handler, exactly as an app author would have it.
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { sharedNowMs } from "../clock.ts";
import type { AppSettings, ChildMessage, ExpectMessage, OpenMessage } from "../messages.ts";
import { benchFunctions, type BenchFunction, type Reporter } from "./bench-functions.ts";

export type ServeFunctions = (
  settings: AppSettings,
  functions: readonly BenchFunction[],
) => RequestListener;

interface Tally {
  count: number;
  firstAtMs: number;
  readonly target: number;
}

/** Runs until the channel to the benchmark closes. */
export function runApp(serve: ServeFunctions): void {
  const settings = JSON.parse(process.env["BENCH_APP"] ?? "null") as AppSettings;
  const tallies = new Map<string, Tally>();
  let openGate = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  const reporter: Reporter = {
    gate,
    tally(topic) {
      const tally = tallies.get(topic);
      if (tally === undefined) return;
      tally.count += 1;
      if (tally.count === 1) tally.firstAtMs = sharedNowMs();
      if (tally.count !== tally.target) return;
      report({ kind: "reached", topic, atMs: sharedNowMs(), firstAtMs: tally.firstAtMs });
    },
    mark(topic, key, stepsAtMs = []) {
      report({ kind: "mark", topic, key, atMs: sharedNowMs(), stepsAtMs });
    },
  };
  process.on("message", (message: ExpectMessage | OpenMessage) => {
    if (message.kind === "open") openGate();
    else tallies.set(message.topic, { count: 0, firstAtMs: 0, target: message.count });
  });
  process.on("disconnect", () => process.exit(0));
  const server = createServer(serve(settings, benchFunctions(settings.appId, reporter)));
  server.listen(0, "127.0.0.1", () => {
    report({ kind: "listening", port: (server.address() as AddressInfo).port });
  });
}

function report(message: ChildMessage): void {
  process.send?.(message);
}
