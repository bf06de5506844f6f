// GET /docs/api: what REST v2 can do, for people. It tells of the API and of nothing that runs here, so it is open.
import type { ServerOptions } from "../server-options.ts";
import type { Route } from "../http/route.ts";

export function docsRoutes({
  version,
  serverKind,
}: Pick<ServerOptions, "version" | "serverKind">): Route[] {
  return [
    {
      method: "GET",
      path: "/docs/api",
      access: "open",
      handle: async () => {
        const { docsPage } = await import("../rest-v2/docs-page.ts");
        return docsPage({ version, isGuarded: serverKind === "cloud" });
      },
    },
  ];
}
