// What a person typed as the arguments of a step, judged: its value, or one sentence that says where it goes wrong. Pure.

type EditedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

function parseEditedJson(text: string): EditedJson {
  if (text.trim() === "") return { ok: false, error: "Nothing here yet: write a JSON value." };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, error: sentenceOf(error, text) };
  }
}

/** Arguments of a step. */
export function parseArguments(text: string): EditedJson {
  const parsed = parseEditedJson(text);
  if (!parsed.ok || Array.isArray(parsed.value)) return parsed;
  return { ok: false, error: "The input is a list: one value for each argument of the step." };
}

/** Engines name the place as an offset, as line and column, or not at all. */
function sentenceOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset === undefined) return `This is not JSON: ${message}`;
  const before = text.slice(0, Number(offset)).split("\n");
  return `This is not JSON: look at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}.`;
}
