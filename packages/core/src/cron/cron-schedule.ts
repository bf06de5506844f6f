// Cron schedules (server.md 5): which text is one, and the instants at which it ticks. The grammar is checked here, after
// robfig/cron's standard parser; croner does the calendar, and only ever from an instant that is passed in.
import { EverstepError, LIMITS } from "@everstep/protocol";
import { Cron } from "croner";
import { normalizeFields } from "./cron-fields.ts";

/** A valid schedule; plain data, cheap to keep. */
export interface CronSchedule {
  /** As the author wrote it. */
  readonly text: string;
  readonly timeZone: string;
  /** Five fields, in the subset that croner reads the way robfig/cron does. */
  readonly pattern: string;
}

const HINT =
  'Use five fields (minute hour day month weekday), for example "0 9 * * 1" or "TZ=Europe/Berlin 0 9 * * *".';
const ZONE = /^(?:TZ|CRON_TZ)=(\S*)\s*(.*)$/s;
const ZONES_KEPT = 1_000;
const JOBS_KEPT = 500;

/**
 * Reads five cron fields with an optional `TZ=Area/City ` or `CRON_TZ=Area/City ` in front; UTC without one.
 * Throws EverstepError `config_invalid` with the reason.
 */
export function parseCron(text: string): CronSchedule {
  if (text.length > LIMITS.cronCharsMax) {
    throw invalid(
      text,
      `it has ${text.length} characters, at most ${LIMITS.cronCharsMax} are allowed`,
    );
  }
  const prefixed = ZONE.exec(text.trim());
  const timeZone = prefixed === null ? "UTC" : (prefixed[1] as string);
  const fields = (prefixed === null ? text : (prefixed[2] as string)).trim();
  if (!isZone(timeZone)) throw invalid(text, `"${timeZone}" is not an IANA time zone`);
  if (fields.startsWith("@")) {
    throw invalid(text, `descriptors such as "${fields.split(/\s/, 1)[0]}" are not supported`);
  }
  const normalized = normalizeFields(fields);
  if ("reason" in normalized) throw invalid(text, normalized.reason);
  return { text, timeZone, pattern: normalized.pattern };
}

function invalid(text: string, reason: string): EverstepError {
  const shown = text.length > 255 ? `${text.slice(0, 255)}…` : text;
  return new EverstepError(
    "config_invalid",
    `'${shown}' isn't a valid cron schedule: ${reason}. ${HINT}`,
  );
}

const knownZones = new Map<string, boolean>();

function isZone(name: string): boolean {
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  if (knownZones.size >= ZONES_KEPT) knownZones.clear();
  // Intl also takes offsets such as +02:00, which cron prefixes do not have.
  const valid = /^[A-Za-z]/.test(name) && isKnownToIntl(name);
  knownZones.set(name, valid);
  return valid;
}

function isKnownToIntl(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const jobs = new Map<string, Cron>();

/** Each croner job holds a table of 10,000 years (80 KB), so jobs are shared and few are kept. */
function jobOf({ pattern, timeZone }: CronSchedule): Cron {
  const key = `${timeZone} ${pattern}`;
  const job = jobs.get(key) ?? createJob(pattern, timeZone);
  jobs.delete(key);
  jobs.set(key, job);
  const oldest = jobs.keys().next().value;
  if (jobs.size > JOBS_KEPT && oldest !== undefined) jobs.delete(oldest);
  return job;
}

function createJob(pattern: string, timeZone: string): Cron {
  // An offset spares the calendar of Intl, which is most of the cost of a tick.
  const place = timeZone === "UTC" ? { utcOffset: 0 } : { timezone: timeZone };
  return new Cron(pattern, { ...place, mode: "5-part", paused: true });
}

/** The first tick strictly after an instant, epoch ms; undefined when there is none (30 February). */
export function nextTickAtMs(schedule: CronSchedule, afterMs: number): number | undefined {
  return jobOf(schedule).nextRun(new Date(afterMs))?.getTime();
}

/** The last tick in (afterMs, untilMs], epoch ms: what a restart catches up on. Does not step through the ticks. */
export function latestTickAtMs(
  schedule: CronSchedule,
  span: { readonly afterMs: number; readonly untilMs: number },
): number | undefined {
  // croner looks strictly before the reference, and a tick at untilMs itself counts.
  const found = jobOf(schedule)
    .previousRuns(1, new Date(span.untilMs + 1))[0]
    ?.getTime();
  return found !== undefined && found > span.afterMs ? found : undefined;
}
