// The present, some times a second, while something on the page grows with it. A finished run costs no timer.
import { useEffect, useState } from "react";

const TICK_MS = 200;

/** @param offsetMs Between the browser's clock and the server's. */
export function useRunningClock(runs: boolean, offsetMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!runs) return undefined;
    const tick = (): void => {
      if (!document.hidden) setNowMs(Date.now());
    };
    tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [runs]);
  return nowMs + offsetMs;
}
