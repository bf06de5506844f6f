// The apps: whether they are in sync, and what to do when they are not.
import type { App } from "@everstep/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";
import { useSearchPatch } from "../../app/use-search.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { toastError } from "../../components/toast.tsx";
import { post } from "../../data/api-client.ts";
import { read } from "../../data/queries.ts";
import { AddAppDialog } from "./add-app-dialog.tsx";
import { AppCard } from "./app-card.tsx";
import type { AppsSearch } from "./apps-search.ts";
import "./apps.css";

const route = getRouteApi("/apps");

const FIRST_APP = `import { Everstep } from "everstep";
import { serve } from "everstep/hono";

const inngest = new Everstep({ id: "my-app" });
app.on(["GET", "POST", "PUT"], "/api/inngest", serve({ client: inngest, functions }));`;

export function AppsPage(): ReactElement {
  const { add } = route.useSearch();
  const patch = useSearchPatch<AppsSearch>();
  const { data, error, refetch } = useQuery(read("/apps", {}));
  const apps = data?.data;
  return (
    <Page
      title="Apps"
      actions={
        <>
          {apps !== undefined && apps.length > 0 && <SyncAll apps={apps} />}
          <Button kind="primary" icon="plus" onClick={() => patch({ add: "1" })}>
            Add app
          </Button>
        </>
      }
    >
      {error !== null && (
        <ErrorNotice
          title="The apps could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      )}
      {apps?.length === 0 && (
        <EmptyState icon="apps" title="No apps yet" code={FIRST_APP}>
          Serve your functions over HTTP, then add the URL here. A dev server also finds apps on the
          usual local ports by itself.
        </EmptyState>
      )}
      <div className="apps">
        {apps?.map((app) => (
          <AppCard key={app.id} app={app} />
        ))}
      </div>
      <AddAppDialog open={add !== undefined} onClose={() => patch({ add: undefined })} />
    </Page>
  );
}

function SyncAll({ apps }: { apps: readonly App[] }): ReactElement {
  const sync = useMutation({
    mutationFn: () =>
      Promise.all(apps.map(({ id }) => post("/apps/{appId}/sync", { params: { appId: id } }))),
    onError: (error) => toastError("Not every app could be synced", error),
  });
  return (
    <Button icon="repeat" disabled={sync.isPending} onClick={() => sync.mutate()}>
      Sync all
    </Button>
  );
}
