// The process of an app: a node:http server around an official SDK's handler, exactly as an app author would have it.
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { sharedNowMs } from "../clock.ts";
import type { AppSettings, ChildMessage, ExpectMessage, GateMessage } from "../messages.ts";
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
  const gate = createGate();
  const reporter: Reporter = {
    passGate: gate.pass,
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
  process.on("message", (message: ExpectMessage | GateMessage) => {
    if (message.kind === "gate") gate.set(message.isOpen);
    else tallies.set(message.topic, { count: 0, firstAtMs: 0, target: message.count });
  });
  process.on("disconnect", () => process.exit(0));
  const server = createServer(serve(settings, benchFunctions(settings.appId, reporter)));
  server.listen(0, "127.0.0.1", () => {
    report({ kind: "listening", port: (server.address() as AddressInfo).port });
  });
}

interface Gate {
  readonly pass: () => Promise<void>;
  readonly set: (isOpen: boolean) => void;
}

function createGate(): Gate {
  let waiting: (() => void)[] | undefined;
  return {
    pass: () =>
      new Promise((resolve) => {
        if (waiting === undefined) resolve();
        else waiting.push(resolve);
      }),
    set(isOpen) {
      if (!isOpen) {
        waiting ??= [];
        return;
      }
      const passing = waiting ?? [];
      waiting = undefined;
      for (const resolve of passing) resolve();
    },
  };
}

function report(message: ChildMessage): void {
  process.send?.(message);
}
