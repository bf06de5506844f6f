// Cron triggers: when they come next and how the last one went.
import type { ReactElement } from "react";
import { Page } from "../../app/page.tsx";

export function SchedulesPage(): ReactElement {
  return <Page title="Schedules">{undefined}</Page>;
}
