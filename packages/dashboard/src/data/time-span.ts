// The time that statistics are of: the last hour, day, week or month, as the URL names it. Starts are rounded, so that a page
// asks for the same thing for a while and its answers can be kept.
import { useNowMs } from "../components/now.ts";
import { textOf } from "./search-params.ts";

const HOUR_MS = 3_600_000;

export const SPANS = {
  "1h": { text: "Last hour", ms: HOUR_MS },
  "24h": { text: "Last 24 hours", ms: 24 * HOUR_MS },
  "7d": { text: "Last 7 days", ms: 7 * 24 * HOUR_MS },
  "30d": { text: "Last 30 days", ms: 30 * 24 * HOUR_MS },
} as const;

export type SpanName = keyof typeof SPANS;

export const DEFAULT_SPAN: SpanName = "24h";

/** Undefined for the default, so that it does not stand in the URL. */
export function spanOf(value: unknown): SpanName | undefined {
  const text = textOf(value);
  const name = (Object.keys(SPANS) as SpanName[]).find((each) => each === text);
  return name === DEFAULT_SPAN ? undefined : name;
}

/** RFC 3339 of the span's start; moves on once in a hundredth of the span. */
export function useSpanStart(name: SpanName = DEFAULT_SPAN): string {
  const { ms } = SPANS[name];
  const stepMs = ms / 100;
  const nowMs = Math.floor(useNowMs() / stepMs) * stepMs;
  return new Date(nowMs - ms).toISOString();
}
