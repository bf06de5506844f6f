// The load's app on the official SDK 3.54.2 (npm alias inngest3). A process of its own: the two SDK versions share a global.
import { Inngest, referenceFunction } from "inngest3";
import { serve } from "inngest3/node";
import { runApp } from "./run-app.ts";

// The specs are typed by function-spec.ts; the SDK's own inference has nothing to add to them.
type LooseCreate = (options: object, triggers: readonly object[], handler: unknown) => never;

runApp({
  reference: (appId, functionId) => referenceFunction({ appId, functionId }),
  serve: (appId, specs, fetch) => {
    const client = new Inngest({ id: appId, fetch });
    const create = client.createFunction.bind(client) as unknown as LooseCreate;
    const functions = specs.map((spec) => {
      const failure = spec.onFailure === undefined ? {} : { onFailure: spec.onFailure };
      return create({ ...spec.options, ...failure, id: spec.id }, spec.triggers, spec.handler);
    });
    return serve({ client, functions });
  },
});
