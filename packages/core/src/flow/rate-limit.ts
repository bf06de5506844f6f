// Rate limit: at most `limit` starts in any window of `period` (the documented meaning; server.md 4.3 says why this is no GCRA).
// A log of the starts that still count. Above 128 of them, starts of one 128th of the period share an entry that counts until
// the last of them has left the window: never one start too many, and none more than period / 128 later than it could be.
import type { FunctionConfig, JsonText } from "@everstep/protocol";

export type RateLimitRule = NonNullable<FunctionConfig["rateLimit"]>;

const ENTRIES_MAX = 128;

/** The last of the starts that it stands for, epoch ms, and how many they are. In the order of their times. */
type Entry = readonly [lastAtMs: number, count: number];

export interface RateVerdict {
  readonly isAllowed: boolean;
  /** When refused: the first ms at which a start would be allowed if none came in between. Else now. */
  readonly untilMs: number;
  /** To keep; undefined: what is kept holds as it is. */
  readonly stateJson?: JsonText;
  /** From then on the state says nothing. */
  readonly expiresAtMs: number;
}

/** Asks for one start at `nowMs`. @param kept State of the last verdict that had one. */
export function takeRate(
  rule: RateLimitRule,
  kept: JsonText | undefined,
  nowMs: number,
): RateVerdict {
  const known = kept === undefined ? [] : (JSON.parse(kept) as Entry[]);
  const entries = known
    // A clock that was set back must not hold starts back for longer than the period.
    .map(([atMs, count]): Entry => [Math.min(atMs, nowMs), count])
    .filter(([atMs]) => atMs + rule.periodMs > nowMs);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  if (total < rule.limit) {
    const added = withStart(entries, rule, nowMs);
    return {
      isAllowed: true,
      untilMs: nowMs,
      stateJson: JSON.stringify(added),
      expiresAtMs: nowMs + rule.periodMs,
    };
  }
  const isMoved = (known.at(-1)?.[0] ?? nowMs) > nowMs;
  return {
    isAllowed: false,
    untilMs: freeAtMs(entries, total - rule.limit, rule.periodMs),
    ...(isMoved ? { stateJson: JSON.stringify(entries) } : {}),
    expiresAtMs: (entries.at(-1)?.[0] ?? nowMs) + rule.periodMs,
  };
}

function withStart(entries: readonly Entry[], rule: RateLimitRule, nowMs: number): Entry[] {
  const last = entries.at(-1);
  // Up to 128 starts are told apart to the millisecond.
  const widthMs = rule.limit <= ENTRIES_MAX ? 1 : Math.ceil(rule.periodMs / ENTRIES_MAX);
  const isShared =
    last !== undefined && Math.floor(last[0] / widthMs) === Math.floor(nowMs / widthMs);
  if (!isShared) return [...entries, [nowMs, 1]];
  return [...entries.slice(0, -1), [nowMs, last[1] + 1]];
}

/** When more than `surplus` starts have left the window. */
function freeAtMs(entries: readonly Entry[], surplus: number, periodMs: number): number {
  let left = 0;
  for (const [atMs, count] of entries) {
    left += count;
    if (left > surplus) return atMs + periodMs;
  }
  throw new Error("A rate limit of at least 1 that is reached has starts in its window.");
}
