// What became of an event at each function. Those that it started come first, then those that it could have started, each
// with the reason; functions that never listened are folded away.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { EventFateView, TriggerView } from "@everstep/api";
import { LongText } from "../../components/long-text.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Badge, StatusBadge, type Tone } from "../../components/status-badge.tsx";
import type { IconName } from "../../components/icon.tsx";
import { Time } from "../../components/time.tsx";
import { read } from "../../data/queries.ts";
import "./event.css";

type FateType = EventFateView["type"];

const LOOKS: Readonly<Record<FateType, { text: string; tone: Tone; icon: IconName }>> = {
  STARTED: { text: "Started", tone: "good", icon: "play" },
  SKIPPED: { text: "Skipped", tone: "calm", icon: "skip" },
  FILTERED: { text: "Filtered out", tone: "calm", icon: "filter" },
  RATE_LIMITED: { text: "Rate limited", tone: "warn", icon: "forbidden" },
  DEBOUNCED: { text: "Debounced", tone: "busy", icon: "hourglass" },
  BATCHED: { text: "In a batch", tone: "busy", icon: "hourglass" },
  DEDUPLICATED: { text: "Seen before", tone: "calm", icon: "copy" },
  FAILED: { text: "Not decided", tone: "bad", icon: "cross" },
  NOT_LISTENING: { text: "Does not listen", tone: "calm", icon: "dashed" },
};

const ORDER: readonly FateType[] = [
  "STARTED",
  "FAILED",
  "SKIPPED",
  "RATE_LIMITED",
  "DEBOUNCED",
  "BATCHED",
  "DEDUPLICATED",
  "FILTERED",
];

export function EventFates({ fates }: { fates: readonly EventFateView[] }): ReactElement {
  const concerned = fates
    .filter(({ type }) => type !== "NOT_LISTENING")
    .toSorted((left, right) => ORDER.indexOf(left.type) - ORDER.indexOf(right.type));
  return (
    <div className="stack">
      {concerned.length > 0 && <Fates fates={concerned} label="Functions concerned" />}
      <Others concerned={new Set(concerned.map(({ functionId }) => functionId))} />
    </div>
  );
}

/** Functions that the event could not start, with what each of them listens to instead. */
function Others({ concerned }: { concerned: ReadonlySet<string> }): ReactElement | undefined {
  const functions = useQuery(read("/functions", { query: { includeStats: false } }));
  const others = (functions.data?.data ?? []).filter(({ id }) => !concerned.has(id));
  if (others.length === 0) return undefined;
  return (
    <details className="fates__others">
      <summary>
        {others.length === 1
          ? "1 other function does not listen to it"
          : `${others.length} other functions do not listen to it`}
      </summary>
      <ul className="fates" aria-label="Functions that do not listen">
        {others.map(({ id, slug, triggers }) => (
          <li key={id} className="fate">
            <Link to="/functions/$functionId" params={{ functionId: slug }}>
              {visibleText(slug)}
            </Link>
            <span className="fate__sentence">{listensTo(triggers)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function listensTo(triggers: readonly TriggerView[]): string {
  const names = triggers.flatMap((each) =>
    each.type === "EVENT" ? [visibleText(each.value)] : [],
  );
  if (names.length > 0) return `It listens to ${names.join(", ")}.`;
  return triggers.length > 0 ? "It runs by a schedule." : "It is only invoked.";
}

function Fates(props: { fates: readonly EventFateView[]; label: string }): ReactElement {
  return (
    <ul className="fates" aria-label={props.label}>
      {props.fates.map((fate) => (
        <li
          key={`${fate.functionId} ${fate.type} ${"runId" in fate ? fate.runId : ""}`}
          className="fate"
        >
          <div className="row row--wrap">
            <Fate fate={fate} />
            <Link to="/functions/$functionId" params={{ functionId: fate.functionSlug }}>
              {fate.functionSlug}
            </Link>
          </div>
          {fate.type !== "STARTED" && (
            <p className="fate__sentence">{visibleText(fate.sentence)}</p>
          )}
          <Details fate={fate} />
        </li>
      ))}
    </ul>
  );
}

function Fate({ fate }: { fate: EventFateView }): ReactElement {
  if (fate.type === "STARTED") return <StatusBadge status={fate.status} />;
  const { text, tone, icon } = LOOKS[fate.type];
  return (
    <Badge tone={tone} icon={icon}>
      {text}
    </Badge>
  );
}

function Details({ fate }: { fate: EventFateView }): ReactElement {
  const runId = "runId" in fate ? fate.runId : undefined;
  return (
    <>
      {fate.type === "FILTERED" &&
        fate.expressions.map(({ expression, error, values }) => (
          <div key={expression} className="fate__tried">
            <code>{visibleText(expression)}</code>
            {error !== undefined && <p className="bad">{visibleText(error)}</p>}
            <ul className="plain-list">
              {values.map(({ path, value }) => (
                <li key={path}>
                  <code>{visibleText(path)}</code> was <code>{visibleText(value)}</code>
                </li>
              ))}
            </ul>
          </div>
        ))}
      {fate.type === "FAILED" && <LongText text={fate.message} label="Message" maxHeight={160} />}
      {(runId !== undefined || ("until" in fate && fate.until !== undefined)) && (
        <p className="fate__facts">
          {runId !== undefined && (
            <Link to="/runs/$runId" params={{ runId }} className="mono">
              {runId}
            </Link>
          )}
          {"until" in fate && (
            <span className="muted">
              until <Time at={fate.until} />
            </span>
          )}
        </p>
      )}
    </>
  );
}
