// Runs that have not started, by the key of the limit that holds them.
import type { FunctionDetail, FunctionMetrics } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { Section } from "../../app/page.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";

type Backlog = FunctionMetrics["backlog"];

export function BacklogSection(props: { fn: FunctionDetail; backlog: Backlog }): ReactElement {
  const { fn, backlog } = props;
  const { total, byKey, oldestAt, isExact } = backlog;
  return (
    <Section
      title="Backlog"
      actions={
        total > 0 && (
          <Link to="/runs" search={{ fn: [fn.slug], status: ["queued"] }}>
            Show the runs
          </Link>
        )
      }
    >
      {total === 0 ? (
        <p className="muted">Nothing waits to start.</p>
      ) : (
        <p>
          {countText(total)} {total === 1 ? "run waits" : "runs wait"} to start
          {oldestAt !== undefined && (
            <>
              , the oldest since <Time at={oldestAt} />
            </>
          )}
          .{!isExact && " Keys are counted over the oldest 10,000."}
        </p>
      )}
      {byKey.length > 0 && <Keys byKey={byKey} />}
    </Section>
  );
}

function Keys({ byKey }: Pick<Backlog, "byKey">): ReactElement {
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Runs</th>
          <th scope="col">Oldest</th>
        </tr>
      </thead>
      <tbody>
        {byKey.map(({ keys, count, oldestAt }) => (
          <tr key={JSON.stringify(keys)}>
            <td data-title="Key">
              <code>{keyText(keys)}</code>
            </td>
            <td data-title="Runs">{countText(count)}</td>
            <td data-title="Oldest">
              <Time at={oldestAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function keyText(keys: Readonly<Record<string, string>>): string {
  const parts = Object.entries(keys).map(([rule, key]) => `${rule}: ${key}`);
  return parts.length === 0 ? "No key" : visibleText(parts.join(", "));
}
