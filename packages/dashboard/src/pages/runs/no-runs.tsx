// What stands in place of an empty list: how to get a first run, or that the filters leave nothing.
import type { ReactElement } from "react";
import { EmptyState } from "../../components/empty-state.tsx";

export function NoRuns({ isFiltered }: { isFiltered: boolean }): ReactElement {
  if (isFiltered) {
    return (
      <EmptyState icon="filter" title="Nothing passes these filters">
        Take a filter away, or look at a longer time.
      </EmptyState>
    );
  }
  const body = JSON.stringify({ name: "demo/hello", data: { who: "world" } });
  return (
    <EmptyState
      icon="runs"
      title="No runs yet"
      code={`curl -X POST ${location.origin}/e/dev \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`}
    >
      An event starts every function that listens to it. Send one that your app knows:
    </EmptyState>
  );
}
