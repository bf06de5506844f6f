// The part of the URL behind "?", as pages see it: texts and lists of texts, plain and readable, never JSON. What a page
// understands it picks out with these functions; anything else in the URL is ignored.

export type Search = Record<string, string | string[] | undefined>;

/** Repeated names become a list. */
export function parseSearch(text: string): Search {
  const search: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    if (known === undefined) search[name] = value;
    else search[name] = [...(Array.isArray(known) ? known : [known]), value];
  }
  return search;
}

/** Empty texts, empty lists and undefined leave no trace. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") params.append(name, String(each));
    }
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** One text; the first when there are several. */
export function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}

/** A list; undefined when it is empty. */
export function listOf(value: unknown): string[] | undefined {
  const values = (Array.isArray(value) ? value : [value]).filter(
    (each): each is string => typeof each === "string" && each !== "",
  );
  return values.length === 0 ? undefined : values;
}

/** One of the allowed texts. */
export function oneOf<Allowed extends string>(
  value: unknown,
  allowed: readonly Allowed[],
): Allowed | undefined {
  const text = textOf(value);
  return allowed.find((each) => each === text);
}
