// A point in time, relative to now, with the exact time in the user's zone on hover; and how long something took.
// API times are RFC 3339 text.
import type { ReactElement } from "react";
import { durationText, exactTime, relativeTime } from "../data/time-text.ts";
import { useNowMs } from "./now.ts";

export function Time({ at, exact = false }: { at: string; exact?: boolean }): ReactElement {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={exactTime(atMs)}>
      {exact ? exactTime(atMs) : <Relative atMs={atMs} />}
    </time>
  );
}

function Relative({ atMs }: { atMs: number }): string {
  return relativeTime(atMs, useNowMs());
}

/** From one time to another; counts on while there is no end. */
export function Duration({ from, until }: { from: string; until?: string | null }): ReactElement {
  const fromMs = Date.parse(from);
  if (until == null) return <Elapsed fromMs={fromMs} />;
  return <span>{durationText(Date.parse(until) - fromMs)}</span>;
}

function Elapsed({ fromMs }: { fromMs: number }): ReactElement {
  const nowMs = useNowMs();
  return <span>{durationText(nowMs - fromMs)}</span>;
}
