// JSON text that goes into an answer as it was stored: payloads are not parsed on their way, so numbers keep their digits and
// 1 MB costs a copy. The place of each text is held by a mark that no payload can contain, because it is made afresh each time.
import { randomUUID } from "node:crypto";
import type { JsonText } from "@everstep/protocol";

export class RawJson {
  readonly text: JsonText;

  constructor(text: JsonText) {
    this.text = text;
  }
}

/** As JSON.stringify, with the text of each RawJson in its place. */
export function renderJson(value: unknown): JsonText {
  const mark = randomUUID();
  const texts: JsonText[] = [];
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (!(part instanceof RawJson)) return part;
    return `${mark}:${texts.push(part.text) - 1}`;
  });
  if (texts.length === 0) return json;
  return json.replaceAll(
    new RegExp(`"${mark}:(\\d+)"`, "g"),
    (_found, index: string) => texts[Number(index)] ?? "null",
  );
}
