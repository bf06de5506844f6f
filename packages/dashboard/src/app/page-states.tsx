// What is shown in place of a page: an address that does not exist, a page that broke.
import type { ErrorComponentProps } from "@tanstack/react-router";
import { useEffect, type ReactElement } from "react";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice } from "../components/error-notice.tsx";
import { useStreamState } from "../data/live-updates.ts";
import { PageUnreachableError } from "./lazy-page.ts";
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

/** Also when a page's code cannot be loaded: then it comes by itself as soon as the server is there. */
export function LoadFailed({ error }: ErrorComponentProps): ReactElement {
  const isUnreachable = error instanceof PageUnreachableError;
  const isLive = useStreamState() === "live";
  useEffect(() => {
    if (isUnreachable && isLive) reloadOnce();
  }, [isUnreachable, isLive]);
  return (
    <Page title={isUnreachable ? "Not loaded" : "Something broke"}>
      <ErrorNotice
        title={isUnreachable ? "This page could not be loaded" : "This page failed"}
        error={error}
      />
      <Button icon="repeat" onClick={() => location.reload()}>
        Load the page again
      </Button>
    </Page>
  );
}

const RELOADED_AT = "everstep.reloadedAt";
/** A page that cannot be loaded for another reason must not be loaded for ever. */
const RELOAD_PAUSE_MS = 10_000;

function reloadOnce(): void {
  const nowMs = Date.now();
  if (nowMs - Number(sessionStorage.getItem(RELOADED_AT)) < RELOAD_PAUSE_MS) return;
  sessionStorage.setItem(RELOADED_AT, String(nowMs));
  location.reload();
}
