// Routes of the protocol that this version does not have yet. They answer 501 with their name instead of 404, so that the
// author of an app sees at once that the address is right and what is missing.
import { isV2, toV2Errors } from "../rest-v2/errors.ts";
import { json, type Route, type RouteContext, type RouteMethod } from "../http/route.ts";

const METHODS: readonly RouteMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const FEATURES: readonly { readonly feature: string; readonly paths: readonly string[] }[] = [
  {
    feature: "Durable endpoints",
    paths: [
      "/v1/checkpoint",
      "/v1/checkpoint/:runId/steps",
      "/v1/checkpoint/:runId/output",
      "/v1/http/runs",
      "/v1/http/runs/:runId/steps",
      "/v1/http/runs/:runId/output",
    ],
  },
  { feature: "Connect", paths: ["/v0/connect/*"] },
  { feature: "Realtime", paths: ["/v1/realtime/*"] },
  { feature: "Run metadata", paths: ["/v1/runs/:runId/metadata"] },
  { feature: "Extended traces", paths: ["/v1/traces/userland", "/dev/traces"] },
  { feature: "Webhooks", paths: ["/v1/webhooks/*"] },
  { feature: "Metrics", paths: ["/metrics", "/v1/prom/:env"] },
  { feature: "MCP", paths: ["/mcp"] },
];

export function unavailableRoutes(): Route[] {
  return FEATURES.flatMap(({ feature, paths }) =>
    paths.flatMap((path) =>
      METHODS.map((method): Route => {
        const handle = (context: RouteContext): Response => answer(context, feature);
        return { method, path, access: "key", handle };
      }),
    ),
  );
}

function answer(context: RouteContext, feature: string): Response {
  const { method, path } = context.req;
  const error = `${method} ${path.slice(0, 200)} is not available: ${feature} comes in a later version of Everstep.`;
  const body = { error, status: 501, code: "not_implemented" };
  return json(isV2(path) ? toV2Errors(body) : body, 501);
}
