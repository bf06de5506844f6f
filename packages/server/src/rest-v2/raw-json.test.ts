// Payloads go into answers as they were stored, whatever they hold.
import { describe, expect, it } from "vitest";
import { RawJson, renderJson } from "./raw-json.ts";

describe("renderJson", () => {
  it("keeps digits, order and spelling of stored text", () => {
    const text = '{"b":12345678901234567890,"a":1.50,"c":"\\u0041"}';
    expect(renderJson({ data: new RawJson(text), list: [new RawJson("1e2"), "x"] })).toBe(
      `{"data":${text},"list":[1e2,"x"]}`,
    );
  });

  it("takes nothing in a payload for a mark or a pattern of replacement", () => {
    const text = JSON.stringify({ a: "$& $1 $$", b: '"0:0"', c: "<script>" });
    expect(renderJson([new RawJson(text), "$&"])).toBe(`[${text},"$&"]`);
  });

  it("is JSON.stringify without stored text", () => {
    const value = { a: [1, null, undefined], b: undefined };
    expect(renderJson(value)).toBe(JSON.stringify(value));
  });
});
