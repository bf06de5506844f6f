// What an open run does or waits for: the engine's own sentences, kept current. An ended run needs no explanation.
import type { RunReasonView } from "@everstep/api";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "../../components/icon.tsx";
import { visibleText } from "../../components/json-lines.ts";
import { Time } from "../../components/time.tsx";
import { read } from "../../data/queries.ts";
import { exactTime } from "../../data/time-text.ts";
import { OF_THIS_ONLY } from "../../data/of-this-only.ts";

const SHOWN = 6;

const ICONS: Readonly<Record<RunReasonView["type"], IconName>> = {
  IN_FLIGHT: "arc",
  QUEUED: "hourglass",
  READY: "play",
  PAUSED: "pause",
  RETRY: "repeat",
  SCHEDULED: "clock",
  SLEEP: "clock",
  EVENT: "events",
  SIGNAL: "events",
  INVOKE: "functions",
  FUNCTION_UNKNOWN: "failures",
};

export function WhyWaiting({
  runId,
  isOpen,
}: {
  runId: string;
  isOpen: boolean;
}): ReactElement | undefined {
  const { data } = useQuery({
    ...read("/runs/{runId}/explain", { params: { runId } }),
    enabled: isOpen,
    ...OF_THIS_ONLY,
    // Places in a queue move without a change of this run.
    refetchInterval: 2_000,
  });
  if (!isOpen) return undefined;
  const reasons = data?.data.reasons ?? [];
  const hidden = reasons.length - SHOWN;
  const isWaiting = reasons.some(({ type }) => type !== "IN_FLIGHT" && type !== "READY");
  const title = isWaiting ? "Why is it waiting?" : "Now";
  return (
    <section className={isWaiting ? "why why--waiting" : "why"} aria-label={title}>
      <h2 className="why__title">{title}</h2>
      <ul className="why__list">
        {reasons.slice(0, SHOWN).map((reason) => (
          <li key={`${reason.type} ${reason.stepId ?? ""} ${reason.sentence}`}>
            <Icon name={ICONS[reason.type]} />
            <span>{inOwnZone(visibleText(reason.sentence))}</span>
            <ReasonLink reason={reason} />
          </li>
        ))}
        {/* Between two answers of the app nothing is open; the line stays, so that the page does not jump. */}
        {reasons.length === 0 && <li className="muted">{data?.data.sentence ?? "\u00a0"}</li>}
      </ul>
      {hidden > 0 && <p className="muted">And {hidden} more.</p>}
    </section>
  );
}

const MOMENT = /(\d{4}-\d\d-\d\dT[\d:.]+Z)/;

/** The engine's sentences name moments in UTC; people read them in their own zone. */
function inOwnZone(sentence: string): readonly ReactNode[] {
  return sentence.split(MOMENT).map((part, index) => {
    const atMs = index % 2 === 1 ? Date.parse(part) : Number.NaN;
    if (Number.isNaN(atMs)) return part;
    const isToday = new Date(atMs).toDateString() === new Date().toDateString();
    const moment = new Date(atMs);
    return (
      <span key={part}>
        <time dateTime={part} title={exactTime(atMs)}>
          {isToday ? moment.toLocaleTimeString() : moment.toLocaleString()}
        </time>{" "}
        (<Time at={part} />)
      </span>
    );
  });
}

function ReasonLink({ reason }: { reason: RunReasonView }): ReactElement | undefined {
  const runId = runOf(reason);
  if (runId === undefined) return undefined;
  return (
    <Link to="/runs/$runId" params={{ runId }}>
      See that run
    </Link>
  );
}

function runOf(reason: RunReasonView): string | undefined {
  if (reason.type === "INVOKE") return reason.runId;
  if (reason.type !== "QUEUED") return undefined;
  for (const each of reason.queue) {
    if (each.type === "CONCURRENCY" && each.oldestHolder !== undefined)
      return each.oldestHolder.runId;
  }
  return undefined;
}
