// What is shown in place of a page: an address that does not exist, a page that broke.
import type { ErrorComponentProps } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { Page } from "./page.tsx";
import { SEARCH_KEYS } from "./search-keys.ts";

export function NotFound(): ReactElement {
  return (
    <Page title="Not found">
      <EmptyState icon="search" title="There is no page at this address">
        Choose one from the navigation, or press {SEARCH_KEYS} to search.
      </EmptyState>
    </Page>
  );
}

/** Also when a page's code cannot be loaded, because the server was updated since. */
export function LoadFailed({ error }: ErrorComponentProps): ReactElement {
  return (
    <Page title="Something broke">
      <ErrorNotice title="This page failed" error={error} />
      <Button icon="repeat" onClick={() => location.reload()}>
        Load the page again
      </Button>
    </Page>
  );
}
