// The list of functions with how they do.
import type { FunctionView } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo, type ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { useSearchPatch } from "../../app/use-search.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { FilterBar, FilterSelect, FilterText } from "../../components/filter-bar.tsx";
import { SpanSelect } from "../../components/span-select.tsx";
import { Table } from "../../components/table.tsx";
import { read } from "../../data/queries.ts";
import { useSpanStart } from "../../data/time-span.ts";
import { FUNCTION_COLUMNS } from "./function-columns.tsx";
import type { FunctionsSearch } from "./functions-search.ts";

const route = getRouteApi("/functions");

const FIRST_FUNCTION = `inngest.createFunction(
  { id: "hello", triggers: { event: "demo/hello" } },
  async ({ event, step }) => step.run("greet", () => "Hello " + event.data.name),
);`;

export function FunctionsPage(): ReactElement {
  const { app, search, since } = route.useSearch();
  const patch = useSearchPatch<FunctionsSearch>();
  const navigate = useNavigate();
  const from = useSpanStart(since);
  const { data, error, refetch } = useQuery(
    read("/functions", { query: { appId: app, search, from, buckets: 24 } }),
  );
  const apps = useQuery(read("/apps", {}));
  const functions = useMemo(() => data?.data.toSorted(byAppAndName), [data]);
  const isFiltered = app !== undefined || search !== undefined;
  return (
    <Page title="Functions" fill>
      <FilterBar
        onClear={isFiltered ? () => patch({ app: undefined, search: undefined }) : undefined}
      >
        <FilterText
          label="Search functions"
          placeholder="Name, id or trigger"
          value={search ?? ""}
          onChange={(text) => patch({ search: text === "" ? undefined : text })}
        />
        <FilterSelect
          label="App"
          choices={(apps.data?.data ?? []).map(({ name }) => ({ value: name, text: name }))}
          values={app ?? []}
          onChange={(values) => patch({ app: values })}
        />
        <SpanSelect value={since} onChange={(value) => patch({ since: value })} />
      </FilterBar>
      {error !== null && (
        <ErrorNotice
          title="The functions could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {functions?.length === 0 && <NoFunctions isFiltered={isFiltered} />}
      {functions !== undefined && functions.length > 0 && (
        <Table
          label="Functions"
          columns={FUNCTION_COLUMNS}
          rows={functions}
          rowId={({ id }) => id}
          onOpen={({ slug }) =>
            void navigate({
              to: "/functions/$functionId",
              params: { functionId: slug },
              search: { since },
            })
          }
        />
      )}
    </Page>
  );
}

function byAppAndName(left: FunctionView, right: FunctionView): number {
  return left.app.name.localeCompare(right.app.name) || left.name.localeCompare(right.name);
}

function NoFunctions({ isFiltered }: { isFiltered: boolean }): ReactElement {
  if (isFiltered) {
    return (
      <EmptyState icon="functions" title="No function matches">
        Clear the filters to see them all.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="functions" title="No functions yet" code={FIRST_FUNCTION}>
      Write a function, serve it from your app, and add the app&apos;s URL on the page Apps.
    </EmptyState>
  );
}
