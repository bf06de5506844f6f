// Handlers of schedules: cron triggers of live functions, with their next tick and their last run.
import type { Schedule } from "@everstep/api";
import { nextTickAtMs, parseCron, type FunctionRecord } from "@everstep/core";
import { EverstepError, formatDuration } from "@everstep/protocol";
import { createFunctionRefs, getFunction, type ApiContext } from "./api-context.ts";
import { toInvoked } from "./function-handlers.ts";
import type { Handlers } from "./handlers.ts";
import { toTime, toTimeIf, toUpper } from "./wire.ts";

/** The last run of a schedule is looked for among so many newest runs of its function. */
const RUNS_READ = 50;

export function createScheduleHandlers(
  context: ApiContext,
): Handlers<"listSchedules" | "runSchedule"> {
  return {
    listSchedules: async () => {
      const schedules = await Promise.all(
        context.engine.functions().map((record) => schedulesOf(context, record)),
      );
      return schedules.flat().toSorted((a, b) => (a.nextAt ?? "9").localeCompare(b.nextAt ?? "9"));
    },
    runSchedule: async ({ params, query }) => {
      const record = getFunction(context, params.functionId);
      const trigger = cronTriggers(record).find((each) => isMeant(each.cron, query));
      if (trigger === undefined) {
        throw new EverstepError(
          "argument_invalid",
          `Function "${record.config.slug}" has no such schedule: GET /v2/schedules lists them all. Invoke a function that has none.`,
        );
      }
      return toInvoked(record, await context.engine.runSchedule(record.config.slug, trigger.cron));
    },
  };
}

type CronTrigger = Extract<FunctionRecord["config"]["triggers"][number], { kind: "cron" }>;

function cronTriggers(record: FunctionRecord): readonly CronTrigger[] {
  return record.config.triggers.flatMap((each) => (each.kind === "cron" ? each : []));
}

function isMeant(cron: string, asked: { cron?: string | undefined; zone?: string | undefined }) {
  const isCron = asked.cron === undefined || asked.cron === withoutZone(cron);
  return isCron && (asked.zone === undefined || asked.zone === parseCron(cron).timeZone);
}

function withoutZone(cron: string): string {
  return cron.replace(/^\s*(?:CRON_)?TZ=\S+\s+/, "");
}

async function schedulesOf(context: ApiContext, record: FunctionRecord): Promise<Schedule[]> {
  const triggers = cronTriggers(record);
  if (triggers.length === 0) return [];
  const ref = createFunctionRefs(context)(record.id);
  const runs = await context.history.listRuns({
    filter: { functionIds: [record.id], timeField: "createdAtMs" },
    order: "desc",
    limit: RUNS_READ,
    omitOutput: true,
  });
  return triggers.map((trigger) => {
    const schedule = parseCron(trigger.cron);
    const last = runs.find((run) => run.cron === trigger.cron);
    return {
      function: ref,
      isPaused: context.engine.effectiveFunction(record.id)?.isPaused === true,
      cron: withoutZone(trigger.cron),
      zone: schedule.timeZone,
      jitter: trigger.jitterMs === undefined ? undefined : formatDuration(trigger.jitterMs),
      nextAt: toTimeIf(nextTickAtMs(schedule, context.nowMs())),
      lastRun:
        last === undefined
          ? undefined
          : { id: last.id, status: toUpper(last.status), queuedAt: toTime(last.createdAtMs) },
    };
  });
}
