// Two runs side by side.
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";

export function ComparePage(): ReactElement {
  return <Page title="Compare runs">{undefined}</Page>;
}
