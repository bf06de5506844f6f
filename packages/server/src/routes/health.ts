// GET /health: whether this server can take and run work right now. 200 only when the engine is ready, unlike the official
// route, which is always 200.
import type { Engine } from "@everstep/engine";
import { json, type Route } from "../http/route.ts";

export function healthRoutes({ engine }: { readonly engine: Engine }): Route[] {
  return [
    {
      method: "GET",
      path: "/health",
      access: "open",
      handle: () => {
        const { state, reason } = engine.status();
        if (state === "ready") return json({ status: 200, message: "OK" });
        const message = `The engine is ${state}${reason === undefined ? "" : `: ${reason}`}`;
        return json({ status: 503, message, error: message, state }, 503, { "retry-after": "1" });
      },
    },
  ];
}
