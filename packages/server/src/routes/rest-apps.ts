// REST v1, the functions of an app: a bare array, as on the official server (server.md 2.3).
import type { AppRecord } from "@everstep/core";
import type { Engine } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import { jsonText, type Route } from "../http/route.ts";
import { functionToJson, toJsonArray } from "../rest/wire-json.ts";

export function restAppRoutes({ engine }: { readonly engine: Engine }): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/apps/:app/functions",
      access: "key",
      handle: (context) => {
        const app = getApp(engine, context.req.param("app") ?? "");
        const functions = engine.functions().filter((record) => record.appId === app.id);
        return jsonText(toJsonArray(functions.map(functionToJson)));
      },
    },
  ];
}

/** @param name The app's id as its code names it, or its UUID. */
function getApp(engine: Engine, name: string): AppRecord {
  const apps = engine.apps();
  const app = apps.find((candidate) => candidate.name === name || candidate.id === name);
  if (app !== undefined) return app;
  const known = apps.map((candidate) => `"${candidate.name}"`).join(", ");
  throw new EverstepError(
    "app_not_found",
    `There is no app "${name.slice(0, 100)}": ${known === "" ? "none is synced yet" : `synced are ${known}`}.`,
  );
}
