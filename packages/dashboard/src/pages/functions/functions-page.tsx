// The list of functions with how they do.
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";

export function FunctionsPage(): ReactElement {
  return <Page title="Functions">{undefined}</Page>;
}
