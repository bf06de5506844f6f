// The grammar of one cron field, after robfig/cron's standard parser: `*`, `?`, numbers, names, ranges, steps and lists.
// Croner also reads L, W, # and + and treats `*/2` in a day field as robfig does not, so fields are written out for it.

interface FieldSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values, from `min` on. */
  readonly names: readonly string[];
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const DAYS = "sun mon tue wed thu fri sat".split(" ");
const FIELDS: readonly FieldSpec[] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: MONTHS },
  { name: "day of week", min: 0, max: 7, names: DAYS },
];

/** The five fields as lists of numbers, `*` where every value is meant; or the reason why they are none. */
export function normalizeFields(text: string): { pattern: string } | { reason: string } {
  const parts = text.split(/\s+/).filter((part) => part !== "");
  if (parts.length !== FIELDS.length) {
    const seconds = parts.length === 6 ? " (seconds are not supported)" : "";
    return { reason: `it has ${parts.length} fields instead of 5${seconds}` };
  }
  const written: string[] = [];
  for (const [n, spec] of FIELDS.entries()) {
    const field = normalizeField(parts[n] as string, spec);
    if ("reason" in field) return field;
    written.push(field.text);
  }
  return { pattern: written.join(" ") };
}

function normalizeField(text: string, spec: FieldSpec): { text: string } | { reason: string } {
  const values = new Set<number>();
  let isStar = false;
  for (const item of text.split(",")) {
    const range = rangeOf(item, spec);
    if (range === undefined) return { reason: `"${item}" is not a valid ${spec.name}` };
    isStar ||= range.isStar;
    for (let value = range.from; value <= range.to; value += range.step) {
      // Sunday is 0 and, as in most crons, 7.
      values.add(spec.name === "day of week" ? value % 7 : value);
    }
  }
  // Beside another day field a star means "any day", while a list with every day in it means "or these days".
  return { text: isStar ? "*" : [...values].toSorted((a, b) => a - b).join(",") };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isStar: boolean;
}

function rangeOf(item: string, spec: FieldSpec): Range | undefined {
  const found = /^([^/-]+)(?:-([^/-]+))?(?:\/(\d{1,3}))?$/.exec(item);
  if (found === null) return undefined;
  const [, low, high, stepText] = found;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step === 0) return undefined;
  const max = spec.name === "day of week" ? 6 : spec.max;
  if (low === "*" || low === "?") {
    return high === undefined ? { from: spec.min, to: max, step, isStar: step === 1 } : undefined;
  }
  const from = valueOf(low as string, spec);
  // `5/15` means from 5 to the end in steps of 15.
  const to = high === undefined ? (stepText === undefined ? from : max) : valueOf(high, spec);
  if (from === undefined || to === undefined || from > to) return undefined;
  return { from, to, step, isStar: false };
}

function valueOf(text: string, spec: FieldSpec): number | undefined {
  const named = spec.names.indexOf(text.toLowerCase());
  if (named >= 0) return spec.min + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= spec.min && value <= spec.max ? value : undefined;
}
