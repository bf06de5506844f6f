// The time that failures are looked for in, as a name in the URL and as its start. The start moves on by the minute only:
// a query whose time moves with every drawing would be read for ever.
import { useNowMs } from "../../components/now.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DEFAULT_MS = 7 * 24 * HOUR_MS;

export const SPANS = [
  { value: "1h", text: "Last hour", ms: HOUR_MS },
  { value: "24h", text: "Last 24 hours", ms: 24 * HOUR_MS },
  { value: "7d", text: "Last 7 days", ms: DEFAULT_MS },
  { value: "30d", text: "Last 30 days", ms: 30 * 24 * HOUR_MS },
] as const;

/** RFC 3339. */
export function useSpanStart(name: string | undefined): string {
  const { ms } = SPANS.find(({ value }) => value === name) ?? { ms: DEFAULT_MS };
  const minute = Math.floor(useNowMs() / MINUTE_MS);
  return new Date(minute * MINUTE_MS - ms).toISOString();
}
