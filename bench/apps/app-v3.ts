// The app on the official SDK 3.54.2 (npm alias inngest3).
import { Inngest } from "inngest3";
import { serve } from "inngest3/node";
import { runApp } from "./run-app.ts";

// The handlers are typed by bench-functions.ts; the SDK's own inference has nothing to add to them.
type LooseCreate = (options: object, trigger: object, handler: unknown) => never;

runApp(({ appId, checkpointing }, functions) => {
  const client = new Inngest({
    id: appId,
    ...(checkpointing === undefined ? {} : { checkpointing }),
  });
  const create = client.createFunction.bind(client) as unknown as LooseCreate;
  return serve({
    client,
    functions: functions.map(({ id, options, handler }) =>
      create({ id, ...options }, { event: `${appId}/${id}` }, handler),
    ),
  });
});
