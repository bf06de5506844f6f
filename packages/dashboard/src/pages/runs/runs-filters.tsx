// The filters above the runs: what can be chosen comes from the functions and event names that the server knows.
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactElement } from "react";
import { FilterBar, FilterSelect, FilterText } from "../../components/filter-bar.tsx";
import { Icon } from "../../components/icon.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { STATUS_LOOKS } from "../../components/status-badge.tsx";
import { compactCount } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import { exactTime } from "../../data/time-text.ts";
import { clearFilters, countFilters } from "./runs-filter.ts";
import { RUN_STATUSES, type LastName, type RunsSearch, type TimeRange } from "./runs-search.ts";

const RANGES: readonly (readonly [LastName, string])[] = [
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
];
const FIELDS = [
  { value: "QUEUED_AT", text: "queued" },
  { value: "STARTED_AT", text: "started" },
  { value: "ENDED_AT", text: "ended" },
];
/** A range that a link brought. */
const CHOSEN = "chosen";

export interface RunsFiltersProps {
  search: RunsSearch;
  onSearch: (change: Partial<RunsSearch>) => void;
  /** Why the search expression is not understood. */
  searchError: string | undefined;
  /** Runs by status without the status filter. */
  countByStatus: Readonly<Record<string, number>> | undefined;
}

export function RunsFilters(props: RunsFiltersProps): ReactElement {
  const { search, onSearch, searchError, countByStatus } = props;
  // Counting the events of each name is dear, and most people never open this.
  const [wantsEvents, setWantsEvents] = useState(false);
  const choices = useChoices(search, wantsEvents);
  const isSet = countFilters(search) > 0;
  return (
    <FilterBar onClear={isSet ? () => onSearch(clearFilters(search)) : undefined}>
      <FilterSelect
        label="Status"
        choices={RUN_STATUSES.map((status) =>
          statusChoice(
            status,
            search.status.includes(status) ? undefined : countByStatus?.[status],
          ),
        )}
        values={search.status}
        onChange={(status) =>
          onSearch({ status: RUN_STATUSES.filter((each) => status.includes(each)) })
        }
      />
      <FilterSelect
        label="Function"
        choices={choices.functions}
        values={search.fn}
        onChange={(fn) => onSearch({ fn })}
      />
      <FilterSelect
        label="App"
        choices={choices.apps}
        values={search.app}
        onChange={(app) => onSearch({ app })}
      />
      <FilterSelect
        label="Event"
        choices={choices.events}
        values={search.event}
        onOpen={() => setWantsEvents(true)}
        onChange={(event) => onSearch({ event })}
      />
      <TimeFilter search={search} onSearch={onSearch} />
      <FilterText
        label="Search expression"
        placeholder="event.data.userId == '7' && output.total > 100"
        mono
        value={search.query}
        onChange={(query) => onSearch({ query: query.trim() })}
        error={searchError}
      />
    </FilterBar>
  );
}

function TimeFilter({
  search,
  onSearch,
}: Pick<RunsFiltersProps, "search" | "onSearch">): ReactElement {
  const { range } = search;
  const chosen = range.kind === "between" ? [{ value: CHOSEN, text: rangeText(range) }] : [];
  const ranges = RANGES.map(([value, text]) => ({ value, text }));
  const values = range.kind === "all" ? [] : [range.kind === "last" ? range.name : CHOSEN];
  const take = ([value]: string[]): void => {
    if (value === CHOSEN) return;
    const next: TimeRange =
      value === undefined ? { kind: "all" } : { kind: "last", name: value as LastName };
    onSearch({ range: next });
  };
  return (
    <>
      <FilterSelect
        label="Time"
        single
        choices={[...chosen, ...ranges]}
        values={values}
        onChange={take}
      />
      {range.kind !== "all" && (
        <FilterSelect
          label="By"
          single
          choices={FIELDS}
          values={[search.time]}
          onChange={([time]) => onSearch({ time: (time ?? "QUEUED_AT") as RunsSearch["time"] })}
        />
      )}
    </>
  );
}

function rangeText(range: Extract<TimeRange, { kind: "between" }>): string {
  const from = range.from === undefined ? "…" : exactTime(Date.parse(range.from));
  const until = range.until === undefined ? "now" : exactTime(Date.parse(range.until));
  return `${from} – ${until}`;
}

function statusChoice(status: (typeof RUN_STATUSES)[number], count: number | undefined) {
  const { text, icon, tone } = STATUS_LOOKS[status];
  return {
    value: status,
    text: count === undefined ? text : `${text} (${compactCount(count)})`,
    mark: (
      <span className={`tone--${tone}`}>
        <Icon name={icon} />
      </span>
    ),
  };
}

/** What a link chose stays a choice, also when the server knows it no more. */
function useChoices(search: RunsSearch, wantsEvents: boolean) {
  const functions = useQuery(read("/functions", { query: { includeStats: false } })).data?.data;
  const types = useQuery({
    ...read("/event-types", { query: {} }),
    enabled: wantsEvents,
  }).data?.data;
  return useMemo(() => {
    const slugs = (functions ?? []).map(({ slug, name }) => [slug, name] as const);
    const apps = (functions ?? []).map(({ app }) => [app.name, app.name] as const);
    const events = (types ?? []).map(({ name }) => [name, name] as const);
    return {
      functions: toChoices(slugs, search.fn),
      apps: toChoices(apps, search.app),
      events: toChoices(events, search.event),
    };
  }, [functions, types, search.fn, search.app, search.event]);
}

function toChoices(known: readonly (readonly [string, string])[], chosen: readonly string[]) {
  const all = new Map([...chosen.map((value) => [value, value] as const), ...known]);
  return [...all]
    .map(([value, text]) => ({ value, text: visibleText(text) }))
    .toSorted((left, right) => left.text.localeCompare(right.text));
}
