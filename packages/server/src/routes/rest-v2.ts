// REST v2 as routes of this server: everything below its two bases. Its table of routes is in `@everstep/api`; the schemas there are
// loaded by the first request, because every start of a server would pay for them.
import type { Route, RouteContext, RouteMethod } from "../http/route.ts";

const METHODS: readonly RouteMethod[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const PATHS = ["/v2/*", "/api/v2/*"];

export type RestV2Route = (context: RouteContext) => Promise<Response>;

export function restV2Routes({ restV2 }: { readonly restV2: RestV2Route }): Route[] {
  return PATHS.flatMap((path) =>
    METHODS.map((method): Route => ({ method, path, access: "key", handle: restV2 })),
  );
}
