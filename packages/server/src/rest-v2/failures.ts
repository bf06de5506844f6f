// Failed runs in groups: same function, same step, same error once what differs from run to run is taken out of its message.
import { createHash } from "node:crypto";
import type { FailureGroup, Failures } from "@everstep/api";
import type { FailureEntry } from "@everstep/core";
import { createFunctionRefs, functionIdsOf, type ApiContext } from "./api-context.ts";
import { askedSlices } from "./function-stats.ts";
import { toTime } from "./wire.ts";

const RUNS_READ_MAX = 20_000;
const SAMPLES = 10;

/** 16 hex digits: the same failure has the same fingerprint in every run and after every restart. */
export function fingerprintOf(failure: FailureEntry): string {
  const parts = [
    failure.functionId,
    failure.stepName ?? "",
    failure.errorName,
    normalizeMessage(failure.errorMessage),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** What stands for a value that differs from run to run: quoted text, ids, addresses, times, numbers. */
export function normalizeMessage(message: string): string {
  const [firstLine = ""] = message.trimStart().split("\n", 1);
  return firstLine
    .slice(0, 500)
    .replaceAll(/"[^"]*"|(?<!\w)'[^']*'(?!\w)|`[^`]*`/g, "<text>")
    .replaceAll(/https?:\/\/\S+/g, "<url>")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "<id>")
    .replaceAll(/\b(?=[0-9a-z_-]*\d)[0-9a-z_-]{12,}\b/gi, "<id>")
    .replaceAll(/-?\d+(?:[.,:]\d+)*/g, "<n>")
    .trim();
}

/** Failed runs of a group, newest first, at most 20,000 looked at. */
export async function listRunsOfGroup(
  { history }: ApiContext,
  fingerprint: string,
  span: { readonly fromMs: number; readonly untilMs: number },
): Promise<string[]> {
  const failures = await history.listFailures({ ...span, limit: RUNS_READ_MAX });
  return failures.flatMap((each) => (fingerprintOf(each) === fingerprint ? each.runId : []));
}

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
  const slices = askedSlices(context, asked);
  const { fromMs, untilMs, sliceMs, starts } = slices;
  const ids = functionIdsOf(context, asked);
  const read = await context.history.listFailures({ fromMs, untilMs, limit: RUNS_READ_MAX });
  const failures = ids === undefined ? read : read.filter((each) => ids.includes(each.functionId));
  const refOf = createFunctionRefs(context);
  const groups = new Map<string, FailureGroup>();
  for (const failure of failures) {
    const fingerprint = fingerprintOf(failure);
    const at = toTime(failure.endedAtMs);
    let group = groups.get(fingerprint);
    if (group === undefined) {
      // The newest comes first, so it is the one that is shown.
      group = {
        fingerprint,
        function: refOf(failure.functionId),
        step: failure.stepName,
        error: { name: failure.errorName, message: failure.errorMessage },
        count: 0,
        firstSeenAt: at,
        lastSeenAt: at,
        trend: starts.map(() => 0),
        sampleRunIds: [],
      };
      groups.set(fingerprint, group);
    }
    const slice = Math.floor((failure.endedAtMs - fromMs) / sliceMs);
    group.count += 1;
    group.firstSeenAt = at;
    group.trend[slice] = (group.trend[slice] ?? 0) + 1;
    if (group.sampleRunIds.length < SAMPLES) group.sampleRunIds.push(failure.runId);
  }
  return {
    from: toTime(fromMs),
    until: toTime(untilMs),
    bucketMs: sliceMs,
    groups: [...groups.values()],
    failedRuns: failures.length,
    isExact: read.length < RUNS_READ_MAX,
  };
}
