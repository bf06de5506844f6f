// The app on our own SDK, from its sources in this repository.
import { Everstep } from "everstep";
import { serve } from "everstep/node";
import { runApp } from "./run-app.ts";

// The handlers are typed by bench-functions.ts; the SDK's own inference has nothing to add to them.
type LooseCreate = (options: object, handler: unknown) => never;

runApp(({ appId, checkpointing }, functions) => {
  const client = new Everstep({
    id: appId,
    ...(checkpointing === undefined ? {} : { checkpointing }),
  });
  const create = client.createFunction.bind(client) as unknown as LooseCreate;
  const handle = serve({
    client,
    functions: functions.map(({ id, options, handler }) =>
      create({ id, ...options, triggers: [{ event: `${appId}/${id}` }] }, handler),
    ),
  });
  return (request, response) => void handle(request, response);
});
