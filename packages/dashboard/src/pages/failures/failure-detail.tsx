// One group of failures: the error in full as the newest run had it, when it came, runs to look at, and running all again.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { FailureGroup } from "@everstep/api";
import { visibleText } from "../../components/json-lines.ts";
import { KeyValue } from "../../components/key-value.tsx";
import { LongText } from "../../components/long-text.tsx";
import { Sparkline } from "../../components/sparkline.tsx";
import { Stack } from "../../components/stack.tsx";
import { Time } from "../../components/time.tsx";
import { countText } from "../../data/number-text.ts";
import { read } from "../../data/queries.ts";
import { RerunGroup } from "./rerun-group.tsx";

export interface FailureDetailProps {
  group: FailureGroup;
  /** The time that the group was counted in. */
  from: string;
  until: string;
}

export function FailureDetail({ group, from, until }: FailureDetailProps): ReactElement {
  const { error, step, count, trend, firstSeenAt, lastSeenAt, sampleRunIds } = group;
  return (
    <div className="failure stack">
      <p className="failure__error">
        <strong>{visibleText(error.name)}</strong>
      </p>
      <LongText text={error.message} label="Error message" maxHeight={200} />
      <KeyValue
        items={[
          [
            "Function",
            <Link key="fn" to="/functions/$functionId" params={{ functionId: group.function.slug }}>
              {visibleText(group.function.name)}
            </Link>,
          ],
          ["App", visibleText(group.function.app.name)],
          ["Step", step === undefined ? undefined : <code key="step">{visibleText(step)}</code>],
          ["Runs", countText(count)],
          ["First seen", <Time key="first" at={firstSeenAt} exact />],
          ["Last seen", <Time key="last" at={lastSeenAt} exact />],
          [
            "Trend",
            <Sparkline
              key="trend"
              buckets={trend.map((bad) => ({ bad, good: 0, other: 0 }))}
              label={`Failures per part of the time, oldest first: ${trend.join(", ")}`}
            />,
          ],
        ]}
      />
      <RerunGroup group={group} from={from} until={until} />
      <Samples ids={sampleRunIds} />
    </div>
  );
}

function Samples({ ids }: { ids: readonly string[] }): ReactElement {
  const [newest] = ids;
  return (
    <section className="stack" aria-label="Sample runs">
      <h2>Sample runs</h2>
      <ul className="failure__samples">
        {ids.map((runId) => (
          <li key={runId}>
            <Link to="/runs/$runId" params={{ runId }} className="mono">
              {runId}
            </Link>
          </li>
        ))}
      </ul>
      {newest !== undefined && <NewestStack runId={newest} />}
    </section>
  );
}

function NewestStack({ runId }: { runId: string }): ReactElement | undefined {
  const run = useQuery(
    read("/runs/{runId}", { params: { runId }, query: { includeOutput: false } }),
  );
  const error = run.data?.data.id === runId ? run.data.data.error : undefined;
  if (error?.stack === undefined) return undefined;
  return (
    <>
      <h3>Stack of the newest</h3>
      <Stack stack={error.stack} error={error} maxHeight={320} />
    </>
  );
}
