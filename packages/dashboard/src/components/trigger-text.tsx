// A trigger of a function in a few words: the event's name or the cron expression, with its condition on hover.
import type { TriggerView } from "@everstep/api";
import type { ReactElement } from "react";
import { Icon } from "./icon.tsx";
import { visibleText } from "./json-lines.ts";
import "./trigger-text.css";

export function TriggerText({ trigger }: { trigger: TriggerView }): ReactElement {
  const condition = trigger.type === "EVENT" ? trigger.if : undefined;
  const title = condition === undefined ? trigger.value : `${trigger.value} if ${condition}`;
  return (
    <span className="trigger-text" title={title}>
      <Icon name={trigger.type === "EVENT" ? "events" : "schedules"} />
      <code>{visibleText(trigger.value)}</code>
      {condition !== undefined && <Icon name="filter" />}
    </span>
  );
}

/** The first of several, and how many more. */
export function TriggerList({ triggers }: { triggers: readonly TriggerView[] }): ReactElement {
  const [first, ...others] = triggers;
  if (first === undefined) return <span className="muted">Only invoked</span>;
  return (
    <span className="row">
      <TriggerText trigger={first} />
      {others.length > 0 && (
        <span className="muted" title={others.map(({ value }) => value).join("\n")}>
          +{others.length}
        </span>
      )}
    </span>
  );
}
