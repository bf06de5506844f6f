// One function: how it does, its runs, its limits, and what can be done with it.
import type { FunctionDetail } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { useSearchPatch } from "../../app/use-search.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Badge } from "../../components/status-badge.tsx";
import { Tabs, type Tab } from "../../components/tabs.tsx";
import { ApiError } from "../../data/api-client.ts";
import { read } from "../../data/queries.ts";
import { useSpanStart } from "../../data/time-span.ts";
import { ChangesTab } from "./changes-tab.tsx";
import { ConfigurationTab } from "./configuration-tab.tsx";
import { FunctionFacts } from "./function-facts.tsx";
import type { FunctionSearch } from "./function-search.ts";
import { InvokeDialog } from "./invoke-dialog.tsx";
import { LimitsTab } from "./limits-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { PauseButton } from "./pause-button.tsx";
import { RunsTab } from "./runs-tab.tsx";
import "./function.css";

const route = getRouteApi("/functions/$functionId");

export function FunctionPage(): ReactElement {
  const { functionId } = route.useParams();
  const { since } = route.useSearch();
  const from = useSpanStart(since);
  const { data, error, refetch } = useQuery(
    read("/functions/{functionId}", { params: { functionId }, query: { from } }),
  );
  if (error instanceof ApiError && error.status === 404) return <NoFunction id={functionId} />;
  if (data !== undefined) return <Loaded fn={data.data} />;
  return (
    <Page title="Function">
      {error !== null && (
        <ErrorNotice
          title="The function could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
    </Page>
  );
}

function Loaded({ fn }: { fn: FunctionDetail }): ReactElement {
  const { tab, since, invoke } = route.useSearch();
  const patch = useSearchPatch<FunctionSearch>();
  const tabs: Tab[] = [
    {
      id: "overview",
      title: "Overview",
      content: <OverviewTab fn={fn} since={since} onSince={(next) => patch({ since: next })} />,
    },
    { id: "runs", title: "Runs", content: <RunsTab fn={fn} /> },
    {
      id: "limits",
      title: "Limits",
      ...(fn.overridden.length > 0 && { count: fn.overridden.length }),
      content: <LimitsTab fn={fn} />,
    },
    { id: "configuration", title: "Configuration", content: <ConfigurationTab fn={fn} /> },
    { id: "changes", title: "Changes", content: <ChangesTab fn={fn} /> },
  ];
  return (
    <Page
      title={visibleText(fn.name)}
      heading={
        <span className="row row--wrap">
          {visibleText(fn.name)}
          {fn.isPaused && (
            <Badge tone="warn" icon="pause">
              Paused
            </Badge>
          )}
          {fn.isArchived && (
            <Badge tone="calm" icon="info">
              Archived
            </Badge>
          )}
        </span>
      }
      note={<FunctionFacts fn={fn} />}
      actions={
        <>
          <PauseButton fn={fn} />
          <Button kind="primary" icon="play" onClick={() => patch({ invoke: "1" })}>
            Invoke
          </Button>
        </>
      }
    >
      <Tabs
        label="Views of the function"
        tabs={tabs}
        selected={tab ?? "overview"}
        onSelect={(id) => patch({ tab: id === "overview" ? undefined : (id as typeof tab) })}
      />
      {invoke !== undefined && (
        <InvokeDialog fn={fn} onClose={() => patch({ invoke: undefined })} />
      )}
    </Page>
  );
}

function NoFunction({ id }: { id: string }): ReactElement {
  return (
    <Page title="Function not found">
      <EmptyState icon="functions" title="There is no function with this id">
        <code>{visibleText(id)}</code> is not known here. Is its app in sync with this server?
      </EmptyState>
    </Page>
  );
}
