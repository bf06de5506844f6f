// The app on the official SDK 4.24.0 (npm alias inngest4).
import { Inngest } from "inngest4";
import { serve } from "inngest4/node";
import { runApp } from "./run-app.ts";

// The handlers are typed by bench-functions.ts; the SDK's own inference has nothing to add to them.
type LooseCreate = (options: object, handler: unknown) => never;

runApp(({ appId, checkpointing }, functions) => {
  const client = new Inngest({
    id: appId,
    ...(checkpointing === undefined ? {} : { checkpointing }),
  });
  const create = client.createFunction.bind(client) as unknown as LooseCreate;
  return serve({
    client,
    functions: functions.map(({ id, options, handler }) =>
      create({ id, ...options, triggers: [{ event: `${appId}/${id}` }] }, handler),
    ),
  });
});
