// Times and durations as people read them in tables.

/** `850 ms`, `3.2 s`, `4 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  if (ms < 60_000) {
    return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  }
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 3_600) {
    return pair(Math.floor(seconds / 60), "min", seconds % 60, "s");
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) {
    return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  }
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** `2026-03-01 09:00:00`, local time. */
export function timeText(atMs: number): string {
  const time = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}
