// The sets of functions that an app process can serve, by the name that the harness passes in AppSettings.functions.
import type { FunctionSet } from "./function-spec.ts";
import { errorFunctions } from "./functions/error-functions.ts";
import { eventFunctions } from "./functions/event-functions.ts";
import { flowFunctions } from "./functions/flow-functions.ts";
import { gatewayFunctions } from "./functions/gateway-functions.ts";
import { invokeFunctions } from "./functions/invoke-functions.ts";
import { largeFunctions } from "./functions/large-functions.ts";
import { lifecycleFunctions } from "./functions/lifecycle-functions.ts";
import { stepFunctions } from "./functions/step-functions.ts";
import { timeFunctions } from "./functions/time-functions.ts";
import { waitFunctions } from "./functions/wait-functions.ts";

export const functionSets: Readonly<Record<string, FunctionSet>> = {
  /** One function only: what is left after a deploy that dropped all the others. */
  bare: (tools) => [
    {
      id: "bare",
      triggers: [{ event: `${tools.appId}/bare` }],
      handler: () => "bare",
    },
  ],
  badCron: (tools) => [
    { id: "bad-cron", triggers: [{ cron: "61 * * * *" }], handler: () => tools.appId },
  ],
  badExpression: (tools) => [
    {
      id: "bad-expression",
      triggers: [{ event: `${tools.appId}/bad`, if: "event.data.amount >" }],
      handler: () => "never",
    },
  ],
  errors: errorFunctions,
  events: eventFunctions,
  flow: flowFunctions,
  gateway: gatewayFunctions,
  invoke: invokeFunctions,
  large: largeFunctions,
  lifecycle: lifecycleFunctions,
  steps: stepFunctions,
  time: timeFunctions,
  waits: waitFunctions,
};
