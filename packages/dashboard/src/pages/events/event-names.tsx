// The names that events come under: how often, when last, and who listens. Names that functions listen to and that never came
// are there, too.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState, type ReactElement } from "react";
import type { EventType } from "@everstep/api";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { FilterBar, FilterText } from "../../components/filter-bar.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Table, type Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import type { EventsSearch } from "./events-search.ts";

export function EventNames(props: {
  onChange: (fields: Partial<EventsSearch>) => void;
}): ReactElement {
  const { onChange } = props;
  const [search, setSearch] = useState("");
  const types = useQuery(read("/event-types", { query: {} }));
  const rows = (types.data?.data ?? []).filter(({ name }) =>
    name.toLowerCase().includes(search.toLowerCase()),
  );
  const columns = useMemo(
    () => [...COLUMNS, sendColumn((name) => onChange({ send: name }))],
    [onChange],
  );
  return (
    <>
      <FilterBar>
        <FilterText
          label="Filter names"
          placeholder="Filter names"
          value={search}
          onChange={setSearch}
        />
      </FilterBar>
      {types.isError && (
        <ErrorNotice
          title="The names could not be read"
          error={types.error}
          onRetry={() => void types.refetch()}
        />
      )}
      {types.isSuccess && rows.length === 0 ? (
        <EmptyState
          icon="events"
          title={search === "" ? "No event has come yet" : "No name matches"}
        >
          Names appear with their first event, or with a function that listens to them.
        </EmptyState>
      ) : (
        <Table
          label="Event names"
          columns={columns}
          rows={rows}
          rowId={({ name }) => name}
          onOpen={({ name }) => onChange({ tab: undefined, name: [name] })}
        />
      )}
    </>
  );
}

function sendColumn(onSend: (name: string) => void): Column<EventType> {
  return {
    id: "send",
    title: "Send",
    width: 60,
    cell: ({ name }) => (
      <Button kind="quiet" icon="send" iconOnly onClick={() => onSend(name)}>
        {`Send ${visibleText(name)}`}
      </Button>
    ),
  };
}

const COLUMNS: readonly Column<EventType>[] = [
  {
    id: "name",
    title: "Name",
    sortBy: ({ name }) => name,
    cell: ({ name }) => <span className="mono clip">{visibleText(name)}</span>,
  },
  {
    id: "functions",
    title: "Listens",
    phone: "hide",
    cell: ({ functions }) =>
      functions.length === 0 ? (
        <span className="muted">no function</span>
      ) : (
        <span className="events__runs">
          {functions.map(({ id, slug, name }) => (
            <Link key={id} to="/functions/$functionId" params={{ functionId: slug }}>
              {visibleText(name)}
            </Link>
          ))}
        </span>
      ),
  },
  {
    id: "count",
    title: "Events",
    width: 96,
    align: "right",
    sortBy: ({ count }) => count,
    cell: ({ count }) => countText(count),
  },
  {
    id: "last",
    title: "Last seen",
    width: 112,
    sortBy: ({ lastSeenAt }) => lastSeenAt,
    cell: ({ lastSeenAt }) =>
      lastSeenAt === undefined ? <span className="muted">never</span> : <Time at={lastSeenAt} />,
  },
];
