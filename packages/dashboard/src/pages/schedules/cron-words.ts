// A cron expression in words, for those shapes that most schedules have. Every other one gives nothing: words that are almost
// right are worse than the expression alone. Pure; the zone is said beside it.

const DAY_NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const DAY_CODES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY_ITEM = /^([^-/]+)(?:-([^-/]+))?$/;

/** "Every day at 03:00", "Monday to Friday at 09:30", "Every 15 minutes"; undefined: not simple enough. */
export function cronWords(cron: string): string | undefined {
  const [minute = "", hour = "", day = "", month = "", weekday = "", ...rest] = cron
    .trim()
    .split(/\s+/)
    .map((field) => (field === "?" ? "*" : field));
  if (rest.length > 0 || month !== "*") return undefined;
  if (day === "*" && weekday === "*") {
    const often = repeatWords(minute, hour);
    if (often !== undefined) return often;
  }
  const time = timeOf(minute, hour);
  const days = daysOf(day, weekday);
  return time === undefined || days === undefined ? undefined : `${days} at ${time}`;
}

function repeatWords(minute: string, hour: string): string | undefined {
  if (hour === "*") {
    const minutes = stepOf(minute, 60);
    if (minutes !== undefined) return minutes === 1 ? "Every minute" : `Every ${minutes} minutes`;
  }
  const hours = stepOf(hour, 24);
  const at = numberOf(minute, 0, 59);
  if (hours === undefined || at === undefined) return undefined;
  const often = hours === 1 ? "Every hour" : `Every ${hours} hours`;
  return `${often} at ${at} min past`;
}

/** Steps that do not divide the whole begin again with it, so they are no steady rhythm. */
function stepOf(field: string, whole: number): number | undefined {
  if (field === "*") return 1;
  const step = Number(/^\*\/(\d{1,2})$/.exec(field)?.[1]);
  return step > 0 && step < whole && whole % step === 0 ? step : undefined;
}

function timeOf(minute: string, hour: string): string | undefined {
  const minutes = numberOf(minute, 0, 59);
  const hours = numberOf(hour, 0, 23);
  if (minutes === undefined || hours === undefined) return undefined;
  return [hours, minutes].map((value) => String(value).padStart(2, "0")).join(":");
}

/** With both fields set, cron ticks on days that fit either; nobody expects that, so it stays as it is. */
function daysOf(day: string, weekday: string): string | undefined {
  if (weekday === "*") {
    if (day === "*") return "Every day";
    const date = numberOf(day, 1, 31);
    return date === undefined ? undefined : `Day ${date} of every month`;
  }
  return day === "*" ? weekdaysOf(weekday) : undefined;
}

function weekdaysOf(field: string): string | undefined {
  const items: string[] = [];
  for (const item of field.split(",")) {
    const [, low = "", high] = DAY_ITEM.exec(item) ?? [];
    const from = weekdayOf(low);
    const to = high === undefined ? undefined : weekdayOf(high);
    if (from === undefined || (high !== undefined && to === undefined)) return undefined;
    items.push(to === undefined ? from : `${from} to ${to}`);
  }
  return /[-,]/.test(field) ? items.join(", ") : `Every ${items.join("")}`;
}

function weekdayOf(text: string): string | undefined {
  const code = DAY_CODES.indexOf(text.toLowerCase());
  return DAY_NAMES[code >= 0 ? code : (numberOf(text, 0, 7) ?? -1) % 7];
}

function numberOf(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= min && value <= max ? value : undefined;
}
