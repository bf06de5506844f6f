// The apps: whether they are in sync, and what to do when they are not.
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";

export function AppsPage(): ReactElement {
  return <Page title="Apps">{undefined}</Page>;
}
