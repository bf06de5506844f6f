// An event that is being written: texts as they stand in the editor, and what they come to. Pure. The server has the last
// word; what is refused here is only what could not be sent at all.
import type { SendEventBody } from "@everstep/api";
import { typeOf } from "./field-hints.ts";

export interface Draft {
  readonly name: string;
  readonly data: string;
  /** JSON of `user`; "": none. */
  readonly user: string;
  /** Of the sender, against sending twice; "": none. */
  readonly id: string;
  /** Value of a datetime-local field; "": now. */
  readonly at: string;
}

export const EMPTY_DRAFT: Draft = { name: "", data: "{\n  \n}", user: "", id: "", at: "" };

export type Problems = { readonly [Field in keyof Draft]?: string };

export type CheckedDraft =
  | { readonly body: SendEventBody; readonly problems?: undefined }
  | { readonly body?: undefined; readonly problems: Problems };

export function checkDraft(draft: Draft): CheckedDraft {
  const name = draft.name.trim();
  const data = parseObject(draft.data);
  const user = parseObject(draft.user);
  const problems: Problems = {
    ...(name === "" && { name: "Every event has a name." }),
    ...(data.problem !== undefined && { data: data.problem }),
    ...(user.problem !== undefined && { user: user.problem }),
    ...(draft.at !== "" && Number.isNaN(Date.parse(draft.at)) && { at: "This is not a time." }),
  };
  if (Object.keys(problems).length > 0) return { problems };
  const body: SendEventBody = {
    name,
    ...(data.value !== undefined && { data: data.value }),
    ...(user.value !== undefined && { user: user.value }),
    ...(draft.id.trim() !== "" && { id: draft.id.trim() }),
    ...(draft.at !== "" && { ts: Date.parse(draft.at) }),
  };
  return { body };
}

/** A draft that sends the same again, as an event of its own: without its id and its time. */
export function draftOf(event: { name: string; data?: unknown; user?: unknown }): Draft {
  return {
    ...EMPTY_DRAFT,
    name: event.name,
    data: event.data === undefined ? EMPTY_DRAFT.data : JSON.stringify(event.data, undefined, 2),
    user: event.user === undefined ? "" : JSON.stringify(event.user, undefined, 2),
  };
}

/** The same JSON, laid out; the text itself when it is no JSON. */
export function formatJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

interface ParsedObject {
  readonly value?: Record<string, unknown>;
  readonly problem?: string;
}

function parseObject(text: string): ParsedObject {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    const type = typeOf(value);
    if (type === "object") return { value: value as Record<string, unknown> };
    return { problem: `It must be a JSON object in braces, not ${type}.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `This is not JSON: ${reason}` };
  }
}
