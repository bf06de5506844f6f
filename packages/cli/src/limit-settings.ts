// `--set LIMIT=VALUE` of `everstep limits`: what people write on the command line, as the body of a PATCH. Only the form is
// checked here; the server knows which values fit and says so in its own words.

const NAMES = ["concurrency", "throttle", "rateLimit", "debounce", "retries"] as const;
const FORM = "write LIMIT=VALUE, such as concurrency=5 or throttle.period=1m";

/** What is wrong with one setting, as the end of a sentence. */
export function checkLimitSetting(text: string): string | undefined {
  const { name, field, value } = split(text);
  if (value === undefined || name === "") {
    return FORM;
  }
  if (!(NAMES as readonly string[]).includes(name)) {
    return `the limits are ${NAMES.join(", ")}`;
  }
  const isPlain = name === "concurrency" || name === "retries";
  if (field !== undefined && isPlain) {
    return `${name} has no part "${field}": write ${name}=VALUE`;
  }
  const isNumber = isPlain ? typeof valueOf(value) !== "string" : /^\d+$/u.test(value);
  if ((isPlain || field === "limit") && !isNumber && value !== "code") {
    return `${isPlain ? name : `${name}.limit`} takes a whole number${isPlain ? ", off or code" : ""}`;
  }
  if (field === undefined && !isPlain && typeof valueOf(value) === "number") {
    return `write ${name}.limit=${value} or ${name}.period=${value}s`;
  }
  return undefined;
}

/** The body of a PATCH; later settings replace earlier ones. */
export function limitPatchOf(settings: readonly string[]): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const text of settings) {
    const { name, field, value = "" } = split(text);
    if (field === undefined) {
      patch[name] = valueOf(value);
      continue;
    }
    const before = patch[name];
    const rule = typeof before === "object" && before !== null ? before : {};
    patch[name] = { ...rule, [field]: valueOf(value) };
  }
  return patch;
}

function split(text: string): { name: string; field?: string; value?: string } {
  const equals = text.indexOf("=");
  const path = equals === -1 ? text : text.slice(0, equals);
  const dot = path.indexOf(".");
  return {
    name: dot === -1 ? path : path.slice(0, dot),
    ...(dot === -1 ? {} : { field: path.slice(dot + 1) }),
    ...(equals === -1 ? {} : { value: text.slice(equals + 1) }),
  };
}

/** `off` is null; numbers, objects and lists are JSON; everything else is a text, as durations and keys are. */
function valueOf(text: string): unknown {
  if (text === "off") {
    return null;
  }
  if (!/^(?:-?\d+(?:\.\d+)?|[[{].*|null)$/u.test(text)) {
    return text;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
