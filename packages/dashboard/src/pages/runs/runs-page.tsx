// The list of runs: live, filtered, searched; many of them cancelled or rerun at once.
import type { Run } from "@everstep/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState, type ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { Button } from "../../components/button.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { ApiError } from "../../data/api-client.ts";
import { countText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { ColumnsMenu } from "./columns-menu.tsx";
import { NoRuns } from "./no-runs.tsx";
import { countFilters, toRunFilter } from "./runs-filter.ts";
import { RunsFilters } from "./runs-filters.tsx";
import { runsQuery } from "./runs-query.ts";
import { RunsTable } from "./runs-table.tsx";
import { parseRunsUrl, toRunsUrl, type RunsSearch } from "./runs-search.ts";
import { useColumns } from "./use-columns.ts";
import { useRoundedNow } from "./use-rounded-now.ts";
import "./runs.css";

const NONE: ReadonlySet<string> = new Set();

export function RunsPage(): ReactElement {
  const [search, setSearch] = useRunsSearch();
  const columns = useColumns();
  const runs = useRuns(search);
  const { selected, isAll, choose, chooseAll } = useSelection();
  const change = (part: Partial<RunsSearch>): void => {
    choose(NONE);
    setSearch({ ...search, ...part });
  };
  const { rows, total } = runs;
  const isEmpty = rows.length === 0 && !runs.isReading && runs.error === null;
  return (
    <Page
      title="Runs"
      note={<Counts total={total} isExact={runs.isExact} isFiltered={countFilters(search) > 0} />}
      actions={
        <>
          <Button
            icon={search.order === "DESC" ? "down" : "up"}
            onClick={() => change({ order: search.order === "DESC" ? "ASC" : "DESC" })}
          >
            {search.order === "DESC" ? "Newest first" : "Oldest first"}
          </Button>
          <ColumnsMenu shown={columns.shown} onShow={columns.show} />
        </>
      }
      fill
    >
      <RunsFilters
        search={search}
        onSearch={change}
        searchError={isSearchError(runs.error) ? runs.error.message : undefined}
        countByStatus={runs.countByStatus}
      />
      <BulkBar
        ids={selected}
        isAll={isAll}
        filter={runs.filter}
        total={total}
        allLoadedSelected={rows.length > 0 && rows.every(({ id }) => selected.has(id))}
        onAll={chooseAll}
        onNone={() => choose(NONE)}
      />
      {runs.error !== null && rows.length === 0 && !isSearchError(runs.error) && (
        <ErrorNotice title="The runs could not be read" error={runs.error} onRetry={runs.retry} />
      )}
      {isEmpty && <NoRuns isFiltered={countFilters(search) > 0} />}
      {rows.length > 0 && (
        <RunsTable
          // Another filter is another list: nothing of this one is held back in it.
          key={JSON.stringify([runs.filter, search.order])}
          rows={rows}
          hidden={columns.hidden}
          selection={{ ids: isAll ? new Set(rows.map(idOf)) : selected, onChange: choose }}
          onEnd={runs.readOn}
          footer={footerText(rows.length, runs.hasMore)}
        />
      )}
    </Page>
  );
}

function useSelection() {
  const [selected, setSelected] = useState(NONE);
  const [isAll, setIsAll] = useState(false);
  return {
    selected,
    /** Every run that matches, also those that were not loaded. */
    isAll,
    choose: (ids: ReadonlySet<string>): void => {
      setIsAll(false);
      setSelected(ids);
    },
    chooseAll: (): void => setIsAll(true),
  };
}

function useRunsSearch(): [RunsSearch, (search: RunsSearch) => void] {
  const url = useSearch({ from: "/runs" });
  const navigate = useNavigate();
  const search = useMemo(() => parseRunsUrl({ ...url }), [url]);
  const setSearch = (next: RunsSearch): void =>
    void navigate({ to: "/runs", search: toRunsUrl(next), replace: true });
  return [search, setSearch];
}

function useRuns(search: RunsSearch) {
  const roundedMs = useRoundedNow();
  const filter = useMemo(() => toRunFilter(search, roundedMs), [search, roundedMs]);
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } =
    useInfiniteQuery(runsQuery(search, roundedMs));
  const rows = useMemo(
    () => withoutRepeats((data?.pages ?? []).flatMap((page) => page.data)),
    [data],
  );
  const counted = useQuery(read("/runs/count", { query: filter })).data?.data;
  const { status: _, ...anyStatus } = filter;
  const byStatus = useQuery(read("/runs/count", { query: anyStatus })).data?.data.byStatus;
  const readOn = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    filter,
    rows,
    error,
    isReading: isPending,
    hasMore: hasNextPage,
    total: counted?.total,
    isExact: counted?.isExact ?? true,
    countByStatus: byStatus,
    readOn,
    retry: () => void refetch(),
  };
}

/** Said beside the search, where it is mended. */
function isSearchError(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.code === "validation_error";
}

/** While pages are read, a new run moves the last one of a page into the next. */
function withoutRepeats(runs: readonly Run[]): readonly Run[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

function idOf(run: Run): string {
  return run.id;
}

function Counts(props: {
  total: number | undefined;
  isExact: boolean;
  isFiltered: boolean;
}): ReactElement {
  const { total, isExact, isFiltered } = props;
  if (total === undefined) return <>&nbsp;</>;
  const noun = total === 1 ? "run" : "runs";
  const matching = isFiltered ? (total === 1 ? " matches" : " match") : "";
  return (
    <>
      {isExact ? "" : "at least "}
      {countText(total)} {noun}
      {matching}
    </>
  );
}

function footerText(loaded: number, hasMore: boolean): string {
  return hasMore ? `${countText(loaded)} loaded, more below` : `${countText(loaded)} in all`;
}
