// GET /dev: what this dev server is and what is registered (server.md 2.2). SDK v3 asks it to find out whether a dev server
// runs, so it must be JSON and 200. A cloud server does not have this route.
import type { FunctionRecord } from "@everstep/core";
import type { Engine } from "@everstep/engine";
import type { ServerKind, Trigger } from "@everstep/protocol";
import { json, type Route } from "../http/route.ts";

export interface DevOptions {
  readonly engine: Engine;
  readonly version: string;
  readonly serverKind: ServerKind;
  readonly startOptions?: Readonly<Record<string, unknown>>;
}

export function devRoutes(options: DevOptions): Route[] {
  if (options.serverKind !== "dev") return [];
  return [
    { method: "GET", path: "/dev", access: "key", handle: () => json(describeServer(options)) },
  ];
}

function describeServer({ engine, version, startOptions = {} }: DevOptions): unknown {
  const functions = engine.functions();
  return {
    version,
    authed: false,
    startOpts: startOptions,
    functions: functions.map(describeFunction),
    handlers: engine.apps().map((app) => ({
      sdk: {
        appName: app.name,
        url: app.url,
        sdk: app.sdk,
        framework: app.framework ?? "",
        appVersion: app.appVersion ?? "",
        functions: functions
          .filter((record) => record.appId === app.id)
          .map((record) => record.config.slug),
      },
      createdAt: new Date(app.createdAtMs).toISOString(),
      updatedAt: new Date(app.syncedAtMs).toISOString(),
      errors: app.error === undefined ? [] : [app.error],
    })),
    isSingleNodeService: true,
    isMissingSigningKey: false,
    isMissingEventKeys: false,
    features: {},
  };
}

function describeFunction(record: FunctionRecord): unknown {
  const { config } = record;
  return {
    id: record.id,
    name: config.name,
    slug: config.slug,
    fv: record.version,
    triggers: config.triggers.map(describeTrigger),
    steps: [{ id: "step", name: config.name, uri: config.url, retries: config.maxAttempts - 1 }],
  };
}

function describeTrigger(trigger: Trigger): unknown {
  if (trigger.kind === "cron") return { cron: trigger.cron };
  return {
    event: trigger.event,
    ...(trigger.expression !== undefined && { expression: trigger.expression }),
  };
}
