// The table of every route that the Hono app serves. The hot routes (POST /e/:key and checkpoints) are listed too, so that
// a wrong method on them is a 405; create-server.ts answers them before they get here.
import { EverstepError } from "@everstep/protocol";
import { dashboardRoutes } from "../dashboard/dashboard-routes.ts";
import type { Route } from "../http/route.ts";
import type { ServerOptions } from "../server-options.ts";
import { coreRunRoutes } from "./core-runs.ts";
import { devRoutes } from "./dev.ts";
import { docsRoutes } from "./docs.ts";
import { graphqlRoutes, type GraphqlRoute } from "./graphql.ts";
import { healthRoutes } from "./health.ts";
import { invokeRoutes } from "./invoke.ts";
import { registerRoutes } from "./register.ts";
import { restAppRoutes } from "./rest-apps.ts";
import { restCancellationRoutes } from "./rest-cancellations.ts";
import { restEventRoutes } from "./rest-events.ts";
import { restRunRoutes } from "./rest-runs.ts";
import { restV2Routes, type RestV2Route } from "./rest-v2.ts";
import { restSignalRoutes } from "./rest-signals.ts";
import { unavailableRoutes } from "./unavailable.ts";

export function createRoutes(
  options: ServerOptions & { readonly graphql: GraphqlRoute; readonly restV2: RestV2Route },
): Route[] {
  return [
    ...hotRoutes(),
    ...healthRoutes(options),
    ...docsRoutes(options),
    ...dashboardRoutes(),
    ...devRoutes(options),
    ...registerRoutes(options),
    ...invokeRoutes(options),
    ...restEventRoutes(options),
    ...restRunRoutes(options),
    ...restAppRoutes(options),
    ...restSignalRoutes(options),
    ...restCancellationRoutes(options),
    ...coreRunRoutes(options),
    ...restV2Routes(options),
    ...graphqlRoutes(options),
    ...unavailableRoutes(),
  ];
}

/** @throws always, when a request for a hot route was not taken by its own handler. */
function hotRoutes(): Route[] {
  const paths = ["/e/:key", "/v1/checkpoint/:runId/async", "/v1/http/runs/:runId/async"];
  return paths.map((path) => ({
    method: "POST",
    path,
    access: "open",
    handle: (context) => {
      throw new EverstepError("internal", `${context.req.path} was routed past its handler.`);
    },
  }));
}
