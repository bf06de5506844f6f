// What the server is: version, storage, retention, keys.
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";

export function SettingsPage(): ReactElement {
  return <Page title="Settings">{undefined}</Page>;
}
