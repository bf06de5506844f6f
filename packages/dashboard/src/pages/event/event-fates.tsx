// What became of an event at each function. Those that it started come first, then those that it could have started, each
// with the reason; functions that never listened are folded away.
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { EventFateView } from "@everstep/api";
import { LongText } from "../../components/long-text.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Badge, StatusBadge, type Tone } from "../../components/status-badge.tsx";
import type { IconName } from "../../components/icon.tsx";
import { Time } from "../../components/time.tsx";
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
  const others = fates.filter(({ type }) => type === "NOT_LISTENING");
  return (
    <div className="stack">
      {concerned.length > 0 && <Fates fates={concerned} label="Functions concerned" />}
      {others.length > 0 && (
        <details className="fates__others" open={concerned.length === 0 && others.length <= 8}>
          <summary>
            {others.length === 1
              ? "1 function does not listen to it"
              : `${others.length} functions do not listen to it`}
          </summary>
          <Fates fates={others} label="Functions that do not listen" />
        </details>
      )}
    </div>
  );
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
          <p className="fate__sentence">{visibleText(fate.sentence)}</p>
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
