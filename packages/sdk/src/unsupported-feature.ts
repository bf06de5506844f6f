// What the official SDK has and Everstep has not (yet): said by name where it is used, instead of "is not a function".

import { NonRetriableError } from "./errors.ts";

/** A feature of the official SDK that Everstep does not have. Not retried: it will not be there on the next attempt either. */
export class UnsupportedFeatureError extends NonRetriableError {
  /** The member that was used, such as `createDefer`. */
  readonly feature: string;

  constructor(feature: string, remedy: string) {
    super(`${feature} is not supported by Everstep: ${remedy}`);
    this.name = "UnsupportedFeatureError";
    this.feature = feature;
  }
}

/** Where several members lead to the same feature. */
export const REMEDIES = {
  defer:
    "send an event with step.sendEvent as the last step, and let another function be triggered by it.",
  endpoint: "write a function and start it with client.send from the route.",
  metadata: "return what you want to see from a step; its result is shown with the run.",
  sandbox: "run the command in a step, with a sandbox service of your own.",
  score: "send the score as an event, or return it from a step.",
  traces: "use the OpenTelemetry SDK of your runtime; trace headers of calls are passed on.",
} as const;
