// The page of a run at its address: what is chosen stands in the URL.
import { getRouteApi } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { useSearchPatch } from "../../app/use-search.ts";
import { RunPage } from "./run-page.tsx";
import type { RunSearch } from "./run-search.ts";

const route = getRouteApi("/runs/$runId");

export function RunRoute(): ReactElement {
  const { runId } = route.useParams();
  const { span } = route.useSearch();
  const patch = useSearchPatch<RunSearch>();
  return (
    <Page title={`Run ${runId}`}>
      <RunPage runId={runId} spanId={span} onSpan={(next) => patch({ span: next })} />
    </Page>
  );
}
