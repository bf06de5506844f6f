// The facts of one step as name and value: when, how long, and what it slept or waited for.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { visibleText } from "../../../components/json-lines.ts";
import { Time } from "../../../components/time.tsx";
import { durationText } from "../../../data/time-text.ts";
import { isOpen, type TraceNode } from "../../../data/trace-node.ts";

type Fact = readonly [name: string, value: ReactNode];

export function spanFacts(node: TraceNode): readonly Fact[] {
  const { startedAtMs, endedAtMs, queuedAtMs, dueAtMs } = node;
  const queueMs = (startedAtMs ?? queuedAtMs) - queuedAtMs;
  const tookMs =
    startedAtMs === undefined || endedAtMs === undefined ? undefined : endedAtMs - startedAtMs;
  const isRetry = node.info === undefined || node.info.type === "RUN";
  return [
    ["Started", momentOf(startedAtMs ?? queuedAtMs)],
    ["Took", tookMs === undefined ? undefined : durationText(tookMs)],
    ["In queue", queueMs < 1 ? undefined : durationText(queueMs)],
    ["Next attempt", isOpen(node) && isRetry ? momentOf(dueAtMs) : undefined],
    ["App answered", node.httpStatus],
    ...waitFacts(node),
  ];
}

function waitFacts({ info }: TraceNode): readonly Fact[] {
  switch (info?.type) {
    case "SLEEP":
      return [["Sleeps until", <Time key="until" at={info.until} />]];
    case "WAIT_FOR_EVENT":
      return [
        ["Waits for", codeOf(info.eventName)],
        ["If", codeOf(info.expression)],
        ["Until", <Time key="until" at={info.timeout} />],
        ["Found", info.foundEventId === undefined ? undefined : eventLink(info.foundEventId)],
        ["Timed out", info.isTimedOut === true ? "yes" : undefined],
      ];
    case "INVOKE":
      return [
        ["Invokes", codeOf(info.functionSlug)],
        ["Run", info.runId === undefined ? undefined : runLink(info.runId)],
        ["Until", <Time key="until" at={info.timeout} />],
        ["Timed out", info.isTimedOut === true ? "yes" : undefined],
      ];
    case "WAIT_FOR_SIGNAL":
      return [
        ["Waits for signal", codeOf(info.signal)],
        ["Until", <Time key="until" at={info.timeout} />],
        ["Timed out", info.isTimedOut === true ? "yes" : undefined],
      ];
    case "RUN":
      return info.stepType === undefined ? [] : [["Kind", codeOf(info.stepType)]];
    case undefined:
      return [];
  }
}

export function runLink(runId: string): ReactNode {
  return (
    <Link to="/runs/$runId" params={{ runId }} className="mono">
      {runId}
    </Link>
  );
}

export function eventLink(eventId: string): ReactNode {
  return (
    <Link to="/events/$eventId" params={{ eventId }} className="mono">
      {eventId}
    </Link>
  );
}

function codeOf(text: string | undefined): ReactNode {
  return text === undefined ? undefined : <code>{visibleText(text)}</code>;
}

function momentOf(atMs: number | undefined): ReactNode {
  return atMs === undefined ? undefined : <Time at={new Date(atMs).toISOString()} />;
}
