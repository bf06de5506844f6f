// Functions about which events start what: names, wildcards, filters, several triggers, order, bare events.
import { idOf } from "../function-spec.ts";
import type { AppTools, FunctionSpec } from "../function-spec.ts";

export function eventFunctions(tools: AppTools): readonly FunctionSpec[] {
  const { appId } = tools;
  return [
    {
      id: "plain",
      triggers: [{ event: `${appId}/plain` }],
      handler: ({ event, events }) => ({ event, events }),
    },
    {
      id: "wild-dot",
      triggers: [{ event: `${appId}/wild.*` }],
      handler: ({ event }) => event.name,
    },
    {
      id: "wild-slash",
      triggers: [{ event: `${appId}/deep/*` }],
      handler: ({ event }) => event.name,
    },
    {
      id: "filtered",
      triggers: [{ event: `${appId}/filtered`, if: "event.data.amount > 100" }],
      handler: ({ event }) => event.data["amount"],
    },
    {
      id: "either",
      triggers: [
        { event: `${appId}/either.one` },
        { event: `${appId}/either.*`, if: "event.data.open == true" },
        { cron: "TZ=Europe/Berlin 0 3 1 1 *" },
      ],
      handler: ({ event }) => event.name,
    },
    {
      id: "in-line",
      triggers: [{ event: `${appId}/in-line` }],
      options: { concurrency: { limit: 1 } },
      handler: ({ event }) => {
        tools.note("in-line", { id: idOf(event), n: event.data["n"] });
        return event.data["n"];
      },
    },
  ];
}
