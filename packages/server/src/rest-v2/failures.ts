// Failed runs in groups: same function, same step, same error once what differs from run to run is taken out of its message. The
// store keeps the groups; here they are only shown.
import type { Failures } from "@everstep/api";
import type { FailureGroup } from "@everstep/core";
import { createFunctionRefs, functionIdsOf, type ApiContext } from "./api-context.ts";
import { askedSlices } from "./function-stats.ts";
import { toTime } from "./wire.ts";

const GROUPS_MAX = 500;

export async function readFailures(
  context: ApiContext,
  asked: {
    readonly from?: string | undefined;
    readonly until?: string | undefined;
    readonly functionId?: readonly string[] | undefined;
    readonly appId?: readonly string[] | undefined;
    readonly buckets: number;
  },
): Promise<Failures> {
  const { fromMs, untilMs, sliceMs, starts } = askedSlices(context, asked);
  const functionIds = functionIdsOf(context, asked);
  const found = await context.history.listFailureGroups({
    fromMs,
    untilMs,
    sliceMs,
    limit: GROUPS_MAX,
    ...(functionIds === undefined ? {} : { functionIds }),
  });
  const refOf = createFunctionRefs(context);
  return {
    from: toTime(fromMs),
    until: toTime(untilMs),
    bucketMs: sliceMs,
    groups: found.groups.map((group) => ({
      fingerprint: group.fingerprint,
      function: refOf(group.functionId),
      step: group.stepName,
      error: { name: group.errorName, message: group.errorMessage },
      count: group.count,
      firstSeenAt: toTime(group.firstSeenAtMs),
      lastSeenAt: toTime(group.lastSeenAtMs),
      trend: trendOf(group, starts.length),
      sampleRunIds: [...group.sampleRunIds],
    })),
    groupCount: found.groupCount,
    failedRuns: found.runCount,
    isExact: found.isComplete,
  };
}

function trendOf({ slices }: FailureGroup, length: number): number[] {
  const trend = Array.from({ length }, () => 0);
  for (const { slice, count } of slices) trend[slice] = count;
  return trend;
}
