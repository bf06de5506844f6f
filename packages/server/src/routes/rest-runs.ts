// REST v1, one run (server.md 2.3): read it, see its open work, cancel it.
import type { History, RunHead } from "@everstep/core";
import type { Clock, Engine } from "@everstep/engine";
import { EverstepError } from "@everstep/protocol";
import type { Route, RouteContext } from "../http/route.ts";
import { dataReply } from "../rest/envelope.ts";
import { parseUlid } from "../rest/query-params.ts";
import { jobToJson, runToJson, toJsonArray } from "../rest/wire-json.ts";

/** A run with thousands of parallel steps has as many jobs; nobody reads more than these. */
const JOBS_MAX = 100;

export function restRunRoutes({
  engine,
  history,
  clock,
}: {
  readonly engine: Engine;
  readonly history: History;
  readonly clock: Clock;
}): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/runs/:runId",
      access: "key",
      handle: async (context) => {
        const run = await getRun(history, context);
        return dataReply(runToJson(run), clock.nowMs());
      },
    },
    {
      method: "DELETE",
      path: "/v1/runs/:runId",
      access: "key",
      handle: async (context) => {
        await engine.cancelRun(parseRunId(context), "cancelled by API");
        return new Response(null, { status: 200 });
      },
    },
    {
      method: "GET",
      path: "/v1/runs/:runId/jobs",
      access: "key",
      handle: async (context) => {
        const run = await getRun(history, context);
        const { timers } = await history.readRunDetail(run.id);
        const due = timers.toSorted((left, right) => left.dueAtMs - right.dueAtMs);
        return dataReply(toJsonArray(due.slice(0, JOBS_MAX).map(jobToJson)), clock.nowMs());
      },
    },
  ];
}

async function getRun(history: History, context: RouteContext): Promise<RunHead> {
  const id = parseRunId(context);
  const run = await history.findRun(id);
  if (run !== undefined) return run;
  throw new EverstepError("run_not_found", `There is no run ${id}: it may have been removed.`);
}

/** @throws EverstepError `argument_invalid` */
export function parseRunId(context: RouteContext): string {
  return parseUlid(context.req.param("runId") ?? "", "run id");
}
