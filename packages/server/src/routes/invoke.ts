// POST /invoke/:slug: starts one function by its id, whatever its triggers (server.md 1.3). Unlike on the official server
// the signing key guards it: whoever may start functions may spend money.
import type { Engine, InvokeInput } from "@everstep/engine";
import { EverstepError, HEADERS, LIMITS, parseEventIdSeed } from "@everstep/protocol";
import { readObject } from "../http/read-body.ts";
import { json, type Route } from "../http/route.ts";
import { parseText } from "../rest/query-params.ts";

export function invokeRoutes({ engine }: { readonly engine: Engine }): Route[] {
  return [
    {
      method: "POST",
      path: "/invoke/:slug",
      access: "key",
      handle: async (context) => {
        const body = await readObject(context.env.incoming, LIMITS.eventBytesMax);
        const seed = parseEventIdSeed(context.req.header(HEADERS.eventIdSeed));
        const { eventId } = await engine.invoke(
          context.req.param("slug") ?? "",
          parseInput(body),
          seed === undefined ? {} : { seed },
        );
        return json({ id: eventId, status: 200 });
      },
    },
  ];
}

function parseInput(body: Record<string, unknown>): InvokeInput {
  const { data, user, id, v } = body;
  return {
    data: data == null ? {} : parseObject(data, "data"),
    ...(user != null && { user: parseObject(user, "user") }),
    ...(id != null && id !== "" && { id: parseText(id, "id") }),
    ...(v != null && v !== "" && { v: parseText(v, "v") }),
  };
}

function parseObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new EverstepError(
    "event_invalid",
    `"${name}" is ${JSON.stringify(value).slice(0, 60)}: it must be an object.`,
  );
}
