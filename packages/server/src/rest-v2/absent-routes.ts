// Routes of the official API v2 that this version does not have. They answer 501 with their name, so that whoever calls them sees
// that the address is right and what is missing.
import { ApiError } from "./api-error.ts";

const ABSENT: readonly (readonly [feature: string, path: RegExp])[] = [
  ["Making and archiving environments", /^\/envs(?:\/[^/]+)?$/],
  ["Webhooks", /^\/env\/webhooks(?:\/|$)/],
  ["Partner accounts", /^\/partner\/accounts(?:\/|$)/],
  ["Insights", /^\/insights\//],
  ["Experiments", /^(?:\/apps\/[^/]+\/functions\/[^/]+)?\/experiments(?:\/|$)/],
  ["Sessions", /^\/sessions(?:\/|$)/],
  ["Sandboxes", /^\/sandboxes(?:\/|$)/],
  ["Scores of runs", /^\/runs\/[^/]+\/scores$/],
];

/** @throws ApiError not_implemented when the official API has the path. */
export function refuseAbsent(method: string, path: string): void {
  const found = ABSENT.find(([, pattern]) => pattern.test(path));
  if (found === undefined) return;
  throw new ApiError({
    code: "not_implemented",
    message: `${method} ${path.slice(0, 200)} is not available: ${found[0]} may come in a later version of Everstep.`,
  });
}
