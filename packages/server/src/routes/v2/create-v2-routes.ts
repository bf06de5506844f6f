// All of REST v2: its operations as routes, and the OpenAPI document that describes them.
import type { Clock, Engine } from "@everstep/engine";
import { json, type Route } from "../../http/route.ts";
import { BASES, routesOf } from "../../rest-v2/operation.ts";
import { controlOperations } from "./controls.ts";
import { explainOperations } from "./explain.ts";

export function v2Routes(options: {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly version: string;
}): Route[] {
  const operations = [...explainOperations(options), ...controlOperations(options)];
  const document = BASES.map((base): Route => ({
    method: "GET",
    path: `${base}/openapi.json`,
    access: "key",
    handle: async () => {
      const { openApiDocument } = await import("../../rest-v2/open-api.ts");
      return json(openApiDocument(operations, options.version));
    },
  }));
  return [...routesOf(operations, () => options.clock.nowMs()), ...document];
}
