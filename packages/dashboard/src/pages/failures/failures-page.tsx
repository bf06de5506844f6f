// Failed runs, grouped by what failed: function, step and error. A group opens beside the list, with samples and a way to run
// all of it again.
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { FailureGroup, Failures } from "@everstep/api";
import { Page } from "../../app/page.tsx";
import { useSearchPatch } from "../../app/use-search.ts";
import { Drawer } from "../../components/dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { FilterBar, FilterSelect } from "../../components/filter-bar.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Sparkline } from "../../components/sparkline.tsx";
import { Table, type Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import { FailureDetail } from "./failure-detail.tsx";
import type { FailuresSearch } from "./failures-search.ts";
import { SPANS, useSpanStart } from "./use-span-start.ts";
import "./failures.css";

const BUCKETS = 24;

export function FailuresPage(): ReactElement {
  const search = useSearch({ from: "/failures" });
  const patch = useSearchPatch<FailuresSearch>();
  const from = useSpanStart(search.since);
  const failures = useQuery(
    read("/failures", {
      query: { from, functionId: search.function, appId: search.app, buckets: BUCKETS },
    }),
  );
  const found = failures.data?.data;
  const groups = found?.groups ?? [];
  const open = groups.find(({ fingerprint }) => fingerprint === search.open);
  return (
    <Page title="Failures" note={found !== undefined && <Sum failures={found} />} fill>
      <Filters search={search} onChange={patch} />
      {failures.isError && (
        <ErrorNotice
          title="The failures could not be read"
          error={failures.error}
          onRetry={() => void failures.refetch()}
        />
      )}
      {failures.isSuccess && groups.length === 0 ? (
        <EmptyState icon="tick" title="Nothing failed">
          No run ended with an error in this time. Failed runs are grouped here by function, step
          and error.
        </EmptyState>
      ) : (
        <Table
          label="Groups of failures"
          columns={COLUMNS}
          rows={groups}
          rowId={({ fingerprint }) => fingerprint}
          onOpen={({ fingerprint }) => patch({ open: fingerprint })}
          openId={search.open}
        />
      )}
      <Drawer
        title="Group of failures"
        open={open !== undefined}
        onClose={() => patch({ open: undefined })}
      >
        {open !== undefined && found !== undefined && (
          <FailureDetail
            key={open.fingerprint}
            group={open}
            from={found.from}
            until={found.until}
          />
        )}
      </Drawer>
    </Page>
  );
}

function Sum({ failures }: { failures: Failures }): ReactElement {
  const { failedRuns, groups, groupCount, isExact } = failures;
  const runs = `${isExact ? "" : "at least "}${countText(failedRuns)} failed ${failedRuns === 1 ? "run" : "runs"}`;
  return (
    <>
      {runs} in {countText(groupCount)} {groupCount === 1 ? "group" : "groups"}
      {groups.length < groupCount && `, of which the last ${countText(groups.length)} are shown`}
    </>
  );
}

function Filters(props: {
  search: FailuresSearch;
  onChange: (fields: Partial<FailuresSearch>) => void;
}): ReactElement {
  const { search, onChange } = props;
  const functions = useQuery(read("/functions", { query: { includeStats: false } }));
  const apps = useQuery(read("/apps", {}));
  const isSet = search.function !== undefined || search.app !== undefined;
  return (
    <FilterBar
      onClear={isSet ? () => onChange({ function: undefined, app: undefined }) : undefined}
    >
      <FilterSelect
        label="Time"
        single
        plain
        choices={SPANS.map(({ value, text }) => ({ value, text }))}
        values={[search.since ?? "7d"]}
        onChange={([since]) => onChange({ since })}
      />
      <FilterSelect
        label="Function"
        choices={(functions.data?.data ?? []).map(({ slug, name }) => ({
          value: slug,
          text: name,
        }))}
        values={search.function ?? []}
        onChange={(values) => onChange({ function: values.length === 0 ? undefined : values })}
      />
      <FilterSelect
        label="App"
        choices={(apps.data?.data ?? []).map(({ name }) => ({ value: name, text: name }))}
        values={search.app ?? []}
        onChange={(values) => onChange({ app: values.length === 0 ? undefined : values })}
      />
    </FilterBar>
  );
}

const COLUMNS: readonly Column<FailureGroup>[] = [
  {
    id: "error",
    title: "Error",
    cell: ({ error }) => (
      <span className="clip">
        <strong>{visibleText(error.name)}</strong> {visibleText(firstLine(error.message))}
      </span>
    ),
  },
  {
    id: "function",
    title: "Function",
    width: 190,
    phone: "hide",
    sortBy: (group) => group.function.name,
    cell: (group) => <span className="clip">{visibleText(group.function.name)}</span>,
  },
  {
    id: "step",
    title: "Step",
    width: 150,
    phone: "hide",
    sortBy: ({ step }) => step,
    cell: ({ step }) => (
      <span className="mono clip">{step === undefined ? "" : visibleText(step)}</span>
    ),
  },
  {
    id: "trend",
    title: "Trend",
    width: 144,
    phone: "hide",
    cell: (group) => <Trend group={group} />,
  },
  {
    id: "count",
    title: "Runs",
    width: 76,
    align: "right",
    sortBy: ({ count }) => count,
    cell: ({ count }) => countText(count),
  },
  {
    id: "first",
    title: "First seen",
    width: 100,
    phone: "hide",
    sortBy: ({ firstSeenAt }) => firstSeenAt,
    cell: ({ firstSeenAt }) => <Time at={firstSeenAt} />,
  },
  {
    id: "last",
    title: "Last seen",
    width: 100,
    sortBy: ({ lastSeenAt }) => lastSeenAt,
    cell: ({ lastSeenAt }) => <Time at={lastSeenAt} />,
  },
];

function Trend({ group }: { group: FailureGroup }): ReactElement {
  return (
    <Sparkline
      buckets={group.trend.map((bad) => ({ bad, good: 0, other: 0 }))}
      label={`Failures per part of the time, oldest first: ${group.trend.join(", ")}`}
    />
  );
}

function firstLine(text: string): string {
  return text.slice(0, 300).split("\n", 1)[0] ?? "";
}
