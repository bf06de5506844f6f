// Routes under /v0 that SDKs call during a run (protocol.md 2.3, 12.3): a run's events and steps when a call would be too
// large to carry them, cancelling, and telemetry, which is taken and thrown away.
import type { Engine } from "@everstep/engine";
import { LIMITS } from "@everstep/protocol";
import { readText } from "../http/read-body.ts";
import { json, jsonText, type Route } from "../http/route.ts";
import { parseRunId } from "./rest-runs.ts";

export function coreRunRoutes({ engine }: { readonly engine: Engine }): Route[] {
  return [
    {
      method: "GET",
      path: "/v0/runs/:runId/batch",
      access: "key",
      handle: async (context) => jsonText(await engine.readRunEvents(parseRunId(context))),
    },
    {
      method: "GET",
      path: "/v0/runs/:runId/actions",
      access: "key",
      handle: async (context) => jsonText(await engine.readRunSteps(parseRunId(context))),
    },
    {
      method: "DELETE",
      path: "/v0/runs/:runId",
      access: "key",
      handle: async (context) => {
        await engine.cancelRun(parseRunId(context), "cancelled by API");
        return new Response(null, { status: 204 });
      },
    },
    {
      method: "POST",
      path: "/v0/telemetry",
      access: "key",
      handle: async (context) => {
        await readText(context.env.incoming, LIMITS.callBodyBytesMax);
        return json({ status: 200 });
      },
    },
  ];
}
