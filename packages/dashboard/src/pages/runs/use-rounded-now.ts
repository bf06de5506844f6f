// The present in whole minutes: a filter of the last hour is the same query for a minute, and then moves on.
import { useEffect, useState } from "react";

const ROUND_MS = 60_000;

export function useRoundedNow(): number {
  const [nowMs, setNowMs] = useState(roundedNow);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(roundedNow()), ROUND_MS / 4);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function roundedNow(): number {
  return Math.floor(Date.now() / ROUND_MS) * ROUND_MS;
}
