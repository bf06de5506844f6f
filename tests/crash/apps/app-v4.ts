// The load's app on the official SDK 4.24.0 (npm alias inngest4). A process of its own: the two SDK versions share a global.
import { Inngest, referenceFunction } from "inngest4";
import { serve } from "inngest4/node";
import { runApp } from "./run-app.ts";

// The specs are typed by function-spec.ts; the SDK's own inference has nothing to add to them.
type LooseCreate = (options: object, handler: unknown) => never;

runApp({
  reference: (appId, functionId) => referenceFunction({ appId, functionId }),
  serve: (appId, specs, fetch) => {
    const client = new Inngest({ id: appId, fetch });
    const create = client.createFunction.bind(client) as unknown as LooseCreate;
    const functions = specs.map((spec) => {
      const failure = spec.onFailure === undefined ? {} : { onFailure: spec.onFailure };
      return create(
        { ...spec.options, ...failure, id: spec.id, triggers: spec.triggers },
        spec.handler,
      );
    });
    return serve({ client, functions });
  },
});
