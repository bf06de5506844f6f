// Cron triggers: when they come next and how the last one went.
import type { Schedule } from "@everstep/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Badge, StatusBadge } from "../../components/status-badge.tsx";
import { Table, type Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { toastDone, toastError } from "../../components/toast.tsx";
import { post } from "../../data/api-client.ts";
import { read } from "../../data/queries.ts";
import { cronWords } from "./cron-words.ts";

const FIRST_SCHEDULE = `inngest.createFunction(
  { id: "nightly", triggers: { cron: "TZ=Europe/Berlin 0 3 * * *" } },
  async ({ step }) => step.run("report", makeReport),
);`;

const COLUMNS: readonly Column<Schedule>[] = [
  { id: "function", title: "Function", cell: (schedule) => <Name schedule={schedule} /> },
  {
    id: "cron",
    title: "Cron",
    width: 150,
    phone: "hide",
    cell: ({ cron }) => <code>{visibleText(cron)}</code>,
  },
  {
    id: "words",
    title: "In words",
    width: 230,
    phone: "hide",
    cell: ({ cron }) => {
      const words = cronWords(cron);
      return (
        <span className="clip" title={words}>
          {words}
        </span>
      );
    },
  },
  { id: "zone", title: "Zone", width: 140, phone: "hide", cell: ({ zone }) => zone },
  {
    id: "next",
    title: "Next",
    width: 110,
    sortBy: ({ nextAt }) => nextAt,
    cell: ({ nextAt }) =>
      nextAt === undefined ? <span className="muted">Never</span> : <Time at={nextAt} />,
  },
  {
    id: "last",
    title: "Last run",
    width: 230,
    phone: "hide",
    cell: (schedule) => <LastRun schedule={schedule} />,
  },
  { id: "run", title: "Action", width: 124, cell: (schedule) => <RunNow schedule={schedule} /> },
];

export function SchedulesPage(): ReactElement {
  const { data, error, refetch } = useQuery(read("/schedules", {}));
  const navigate = useNavigate();
  const schedules = data?.data;
  return (
    <Page title="Schedules" fill>
      {error !== null && (
        <ErrorNotice
          title="The schedules could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {schedules?.length === 0 && (
        <EmptyState icon="schedules" title="No schedules yet" code={FIRST_SCHEDULE}>
          A function with a cron trigger appears here with its next tick.
        </EmptyState>
      )}
      {schedules !== undefined && schedules.length > 0 && (
        <Table
          label="Schedules"
          columns={COLUMNS}
          rows={schedules}
          rowId={(schedule) => `${schedule.function.id} ${schedule.zone} ${schedule.cron}`}
          onOpen={(schedule) =>
            void navigate({
              to: "/functions/$functionId",
              params: { functionId: schedule.function.slug },
            })
          }
        />
      )}
    </Page>
  );
}

function Name({ schedule }: { schedule: Schedule }): ReactElement {
  const { slug, name, app } = schedule.function;
  return (
    <span className="row">
      <Link
        className="clip"
        to="/functions/$functionId"
        params={{ functionId: slug }}
        title={visibleText(`${name} of ${app.name}`)}
      >
        {visibleText(name)}
      </Link>
      {schedule.isPaused && (
        <Badge tone="warn" icon="pause">
          Paused
        </Badge>
      )}
    </span>
  );
}

function LastRun({ schedule: { lastRun } }: { schedule: Schedule }): ReactElement {
  if (lastRun === undefined) return <span className="muted">None yet</span>;
  return (
    <Link className="row" to="/runs/$runId" params={{ runId: lastRun.id }}>
      <StatusBadge status={lastRun.status} plain />
      <span className="muted">
        <Time at={lastRun.queuedAt} />
      </span>
    </Link>
  );
}

function RunNow({ schedule }: { schedule: Schedule }): ReactElement {
  const { id, name } = schedule.function;
  const navigate = useNavigate();
  const run = useMutation({
    mutationFn: () =>
      post("/schedules/{functionId}/run", {
        params: { functionId: id },
        query: { cron: schedule.cron, zone: schedule.zone },
      }),
    onSuccess: ({ data: { runId } }) => {
      toastDone(`${name} was started`);
      void navigate({ to: "/runs/$runId", params: { runId } });
    },
    onError: (error) => toastError(`${name} could not be started`, error),
  });
  return (
    <Button
      icon="play"
      className="button--small"
      disabled={run.isPending}
      onClick={() => run.mutate()}
    >
      Run now<span className="visually-hidden">: {name}</span>
    </Button>
  );
}
