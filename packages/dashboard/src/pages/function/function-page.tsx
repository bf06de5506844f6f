// One function: how it does, its runs, its limits, and what can be done with it.
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";

export function FunctionPage(): ReactElement {
  return <Page title="Function">{undefined}</Page>;
}
