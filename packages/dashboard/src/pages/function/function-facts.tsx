// The line below a function's name: its id, what starts it, where it runs.
import type { FunctionDetail } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { TriggerText } from "../../components/trigger-text.tsx";

export function FunctionFacts({ fn }: { fn: FunctionDetail }): ReactElement {
  return (
    <span className="function-facts">
      <span className="row">
        <code>{visibleText(fn.slug)}</code>
        <CopyButton text={fn.slug} label="Copy id" />
      </span>
      {fn.triggers.map((trigger) => (
        <TriggerText key={`${trigger.type} ${trigger.value}`} trigger={trigger} />
      ))}
      <span>
        of <Link to="/apps">{visibleText(fn.app.name)}</Link>
      </span>
    </span>
  );
}
