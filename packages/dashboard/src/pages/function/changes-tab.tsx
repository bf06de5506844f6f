// Who paused a function or changed its limits, newest first.
import type { ControlAuditView, FunctionDetail } from "@everstep/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Time } from "../../components/time.tsx";
import { read } from "../../data/queries.ts";
import { LIMIT_TITLES, limitText, type LimitName } from "./limit-text.ts";

export function ChangesTab({ fn }: { fn: FunctionDetail }): ReactElement {
  const { data, error, refetch } = useQuery(
    read("/functions/{functionId}/audit", {
      params: { functionId: fn.id },
      query: { limit: 100 },
    }),
  );
  if (error !== null) {
    return (
      <ErrorNotice
        title="The changes could not be loaded"
        error={error}
        onRetry={() => void refetch()}
      />
    );
  }
  if (data?.data.length === 0) {
    return (
      <EmptyState icon="edit" title="Nothing was changed here">
        When someone pauses this function or changes a limit, it is written down on this page.
      </EmptyState>
    );
  }
  return (
    <section className="section" aria-label="Changes">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {data?.data.map((audit) => (
            <tr key={audit.id}>
              <td data-title="When">
                <Time at={audit.at} />
              </td>
              <td data-title="Who">{visibleText(audit.actor)}</td>
              <td data-title="What">
                {describe(audit).map((text) => (
                  <div key={text}>{visibleText(text)}</div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function describe({ before, after }: ControlAuditView): string[] {
  const texts: string[] = [];
  if (before.pausedAt === undefined && after.pausedAt !== undefined) texts.push("Paused");
  if (before.pausedAt !== undefined && after.pausedAt === undefined) texts.push("Resumed");
  for (const name of Object.keys(LIMIT_TITLES) as LimitName[]) {
    const [was, is] = [before.overrides[name], after.overrides[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const now = is === undefined ? "as the code says" : limitText(name, { [name]: is });
    texts.push(`${LIMIT_TITLES[name]}: ${now}`);
  }
  return texts.length === 0 ? ["No difference"] : texts;
}
