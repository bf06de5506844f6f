// The words below a time axis, in the user's own language and clock: hours while a day is looked at, days beyond. Pure.

const DAY_S = 86_400;

/** @param timesS Epoch seconds, rising. @param stepS Between two of them. A new day says its date below the time. */
export function axisTimes(timesS: readonly number[], stepS: number, locale?: string): string[] {
  let before: string | undefined;
  return timesS.map((timeS) => {
    const date = new Date(timeS * 1_000);
    const day = date.toLocaleDateString(locale, { day: "numeric", month: "short" });
    if (stepS >= DAY_S) return day;
    const time = date.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    const isNew = day !== before;
    before = day;
    return isNew ? `${time}\n${day}` : time;
  });
}

/** A bucket's start, in the legend. */
export function legendTime(timeS: number | null | undefined, locale?: string): string {
  if (timeS == null) return "–";
  return new Date(timeS * 1_000).toLocaleString(locale, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
}
