// The present in whole minutes (runs-query.ts), moving on while the page is open.
import { useEffect, useState } from "react";
import { roundedNowMs } from "./runs-query.ts";

const LOOK_MS = 15_000;

export function useRoundedNow(): number {
  const [nowMs, setNowMs] = useState(roundedNowMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(roundedNowMs()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
