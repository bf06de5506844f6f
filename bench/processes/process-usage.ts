// What a process has used, as Linux counts it: all of its threads together.
import { readFileSync } from "node:fs";

/** Linux reports CPU time in hundredths of a second on every architecture that Node supports. */
const TICKS_PER_SECOND = 100;
const QUIET_WINDOW_MS = 300;
const QUIET_CPU_SECONDS = 0.02;
const QUIET_TIMEOUT_MS = 120_000;

/** User and system time since its start. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the name in parentheses, which may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory, MB of 1,000,000 bytes. */
export function rssMbOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kib) * 1_024) / 1e6;
}

/** Waits until the process has next to nothing to do; gives up waiting after two minutes. */
export async function waitQuiet(pid: number): Promise<void> {
  const endsAtMs = Date.now() + QUIET_TIMEOUT_MS;
  let before = cpuSecondsOf(pid);
  while (Date.now() < endsAtMs) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_WINDOW_MS));
    const after = cpuSecondsOf(pid);
    if (after - before <= QUIET_CPU_SECONDS) return;
    before = after;
  }
}
