// Events as they come, newest first, with the runs that each of them started.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, type ReactElement } from "react";
import type { EventView } from "@everstep/api";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { FilterBar, FilterSelect, FilterText } from "../../components/filter-bar.tsx";
import { Icon } from "../../components/icon.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { STATUS_LOOKS } from "../../components/status-badge.tsx";
import { Table, type Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { ApiError } from "../../data/api-client.ts";
import { read, readPages } from "../../data/queries.ts";
import type { EventsSearch } from "./events-search.ts";
import { usePausable } from "./use-pausable.ts";

const PAGE = 100;
const RUNS_SHOWN = 3;
const idOf = (event: EventView): string => event.internalId;

export interface EventStreamProps {
  search: EventsSearch;
  onChange: (fields: Partial<EventsSearch>) => void;
}

export function EventStream({ search, onChange }: EventStreamProps): ReactElement {
  const { name, query } = search;
  const includeInternal = search.internal !== undefined;
  const events = useInfiniteQuery(
    readPages("/events", {
      query: { name, query, includeInternal, includeRuns: true, includeData: false, limit: PAGE },
    }),
  );
  const latest = useMemo(() => events.data?.pages.flatMap(({ data }) => data) ?? [], [events.data]);
  const stream = usePausable(latest, idOf);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = events;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const isFiltered = name !== undefined || query !== undefined;
  const refusal =
    events.error instanceof ApiError && events.error.status === 400 ? events.error : undefined;
  return (
    <>
      <Filters
        search={search}
        onChange={onChange}
        queryError={refusal?.message}
        pause={
          <Button
            icon={stream.isPaused ? "play" : "pause"}
            onClick={() => stream.setPaused(!stream.isPaused)}
          >
            {!stream.isPaused && "Pause"}
            {stream.isPaused && (stream.waiting === 0 ? "Resume" : `Resume, ${stream.waiting} new`)}
          </Button>
        }
      />
      {events.isError && refusal === undefined && (
        <ErrorNotice
          title="The events could not be read"
          error={events.error}
          onRetry={() => void events.refetch()}
        />
      )}
      {events.isSuccess && stream.rows.length === 0 ? (
        <Nothing isFiltered={isFiltered} onSend={() => onChange({ send: "new" })} />
      ) : (
        <Table
          label="Events"
          columns={COLUMNS}
          rows={stream.rows}
          rowId={idOf}
          onOpen={(event) => onChange({ open: event.internalId })}
          openId={search.open}
          onEnd={onEnd}
          footer={footerOf(events)}
        />
      )}
    </>
  );
}

function footerOf(events: {
  data: { pages: readonly { page: { scannedTo?: string | undefined } }[] } | undefined;
  hasNextPage: boolean;
}): ReactElement | string | undefined {
  if (events.data === undefined) return undefined;
  if (!events.hasNextPage) return "These are all.";
  const scannedTo = events.data.pages.at(-1)?.page.scannedTo;
  if (scannedTo === undefined) return "Scroll for more.";
  return (
    <>
      Searched back to <Time at={scannedTo} />. Scroll for more.
    </>
  );
}

function Filters(
  props: EventStreamProps & { pause: ReactElement; queryError: string | undefined },
): ReactElement {
  const { search, onChange, pause, queryError } = props;
  const includeInternal = search.internal !== undefined;
  const types = useQuery(read("/event-types", { query: { includeInternal } }));
  const names = new Set([
    ...(types.data?.data ?? []).map((type) => type.name),
    ...(search.name ?? []),
  ]);
  const isSet = search.name !== undefined || search.query !== undefined || includeInternal;
  return (
    <FilterBar
      onClear={
        isSet
          ? () => onChange({ name: undefined, query: undefined, internal: undefined })
          : undefined
      }
    >
      <FilterSelect
        label="Name"
        choices={[...names].map((value) => ({ value, text: visibleText(value) }))}
        values={search.name ?? []}
        onChange={(values) => onChange({ name: values.length === 0 ? undefined : values })}
      />
      <FilterText
        label="Search expression over event"
        placeholder={"event.data.total > 100"}
        mono
        value={search.query ?? ""}
        onChange={(query) => onChange({ query: query.trim() === "" ? undefined : query.trim() })}
        error={queryError}
      />
      <label className="filter">
        <input
          type="checkbox"
          checked={includeInternal}
          onChange={(event) => onChange({ internal: event.target.checked ? "1" : undefined })}
        />
        Internal
      </label>
      {pause}
    </FilterBar>
  );
}

function Nothing(props: { isFiltered: boolean; onSend: () => void }): ReactElement {
  if (props.isFiltered) {
    return (
      <EmptyState icon="events" title="No event matches">
        Take a filter away to see more.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="events"
      title="No event has come yet"
      code={[
        `curl -X POST ${location.origin}/e/dev \\`,
        `  -H 'content-type: application/json' \\`,
        `  -d '{"name": "shop/order.placed", "data": {"item": "tea"}}'`,
      ].join("\n")}
      action={
        <Button kind="primary" icon="send" onClick={props.onSend}>
          Send event
        </Button>
      }
    >
      Send one from your app with <code>inngest.send()</code>, from here, or from a shell:
    </EmptyState>
  );
}

const COLUMNS: readonly Column<EventView>[] = [
  {
    id: "name",
    title: "Name",
    cell: (event) => <span className="mono clip">{visibleText(event.name)}</span>,
  },
  { id: "runs", title: "Runs", cell: (event) => <Runs runs={event.runs ?? []} /> },
  {
    id: "data",
    title: "Data",
    phone: "hide",
    cell: ({ dataPreview = "" }) => (
      <span className="mono clip muted">{visibleText(dataPreview)}</span>
    ),
  },
  {
    id: "id",
    title: "Id",
    width: 240,
    phone: "hide",
    cell: (event) => <span className="mono clip">{visibleText(event.id)}</span>,
  },
  {
    id: "received",
    title: "Received",
    width: 104,
    cell: (event) => <Time at={event.receivedAt} />,
  },
];

function Runs({ runs }: { runs: NonNullable<EventView["runs"]> }): ReactElement {
  if (runs.length === 0) return <span className="muted">none</span>;
  return (
    <span className="events__runs">
      {runs.slice(0, RUNS_SHOWN).map(({ id, functionName, status }) => {
        const { icon, text, tone } = STATUS_LOOKS[status];
        return (
          <Link
            key={id}
            to="/runs/$runId"
            params={{ runId: id }}
            className="events__run"
            title={`${functionName}: ${text}`}
          >
            <span className={`badge badge--plain badge--${tone}`}>
              <Icon name={icon} />
              <span className="visually-hidden">{text}</span>
            </span>
            <span className="clip">{visibleText(functionName)}</span>
          </Link>
        );
      })}
      {runs.length > RUNS_SHOWN && <span className="muted">+{runs.length - RUNS_SHOWN}</span>}
    </span>
  );
}
