// From the texts of the editor to the body that is sent, and back.
// What people type becomes an event, or a message that names the place.
import { describe, expect, it } from "vitest";
import { checkDraft, draftOf, EMPTY_DRAFT, formatJson } from "./draft.ts";

describe("checkDraft", () => {
  it("gives the body of what is complete, and only fields that were filled in", () => {
    const draft = { ...EMPTY_DRAFT, name: " shop/order ", data: '{"count": 2}' };
    expect(checkDraft(draft).body).toEqual({ name: "shop/order", data: { count: 2 } });
    const more = { ...draft, user: '{"id":1}', id: " x ", at: "2026-01-31T12:00:00Z" };
    expect(checkDraft(more).body).toMatchObject({
      user: { id: 1 },
      id: "x",
      ts: 1_769_860_800_000,
    });
  });

  it("says what is wrong, field by field", () => {
    const { problems } = checkDraft({ name: " ", data: "{,}", user: "[]", id: "", at: "soon" });
    expect(problems).toMatchObject({
      name: "Every event has a name.",
      user: "It must be a JSON object in braces, not array.",
      at: "This is not a time.",
    });
    expect(problems?.data).toMatch(/^This is not JSON: .+1/);
  });
});

describe("draftOf", () => {
  it("sends the same name and payload, so that it comes out as it was", () => {
    const event = { name: "a", data: { b: [1, "x"] }, user: { c: null } };
    expect(checkDraft(draftOf(event)).body).toEqual(event);
  });
});

it("formatJson leaves alone what is no JSON", () => {
  expect(formatJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(formatJson("{a")).toBe("{a");
});
