// The event API's body: what is taken, what is refused and how it says so, and the text that apps get.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalizeText } from "./canonical-json.ts";
import { EverstepError } from "./errors.ts";
import { eventToWireJson } from "./event-json.ts";
import { LIMITS } from "./limits.ts";
import { inheritedMetaJson } from "./sessions.ts";
import { parseEventBody, toEventRecord } from "./parse-events.ts";

const given = { internalId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", receivedAtMs: 1_700_000_000_000 };

function parseOne(event: unknown): ReturnType<typeof parseEventBody>[number] | undefined {
  return parseEventBody(JSON.stringify(event))[0];
}

function errorOf(bodyText: string): EverstepError {
  try {
    parseEventBody(bodyText);
  } catch (error) {
    if (error instanceof EverstepError) return error;
    throw error;
  }
  throw new Error("the body was taken");
}

describe("parseEventBody", () => {
  it("takes one object or an array, in order, with every field", () => {
    const event = {
      name: "a/b",
      data: { x: [1] },
      user: { id: 1 },
      id: "e1",
      v: "2",
      ts: 1_600_000_000_000,
    };
    const { ts, ...rest } = event;
    expect(parseEventBody(JSON.stringify(event))).toEqual([{ ...rest, tsMs: ts }]);
    expect(parseEventBody(JSON.stringify([{ name: "a" }, { name: "b" }]))).toEqual([
      { name: "a", data: {} },
      { name: "b", data: {} },
    ]);
  });

  it("takes null and a ts of 0 as absent, and ignores unknown keys", () => {
    const nulls = { name: "a", data: null, user: null, id: null, v: null, ts: null, meta: null };
    expect(parseOne({ ...nulls, extra: 1 })).toEqual({ name: "a", data: {} });
    expect(parseOne({ name: "a", ts: 0 })).toEqual({ name: "a", data: {} });
  });

  it("matches keys without regard to case, the last spelling wins", () => {
    expect(parseOne({ Name: "a", DATA: { Keep: 1 }, Ts: 1_600_000_000_000 })).toEqual({
      name: "a",
      data: { Keep: 1 },
      tsMs: 1_600_000_000_000,
    });
    expect(parseEventBody('{"name":"a","NAME":"b"}')[0]?.name).toBe("b");
  });

  it("removes data._inngest and keeps a __proto__ key as data", () => {
    const [event] = parseEventBody(
      '{"name":"a","data":{"_inngest":{"fn_id":"x"},"__proto__":{"y":1}}}',
    );
    if (event === undefined) throw new Error("no event");
    expect(toEventRecord(event, given).dataJson).toBe('{"__proto__":{"y":1}}');
    expect(Object.prototype).not.toHaveProperty("y");
  });

  it.each([
    ["", "body_invalid", /empty/],
    ["  \n", "body_invalid", /empty/],
    ["[]", "body_invalid", /array of events is empty/],
    ["{", "body_invalid", /not JSON/],
    ["name=a", "body_invalid", /not JSON/],
    ["5", "body_invalid", /is 5/],
    ["null", "body_invalid", /is null/],
    ["[null]", "event_invalid", /Event 0 is null/],
    ['[{"name":"a"},["b"]]', "event_invalid", /Event 1 is \["b"\]/],
    ['[{"name":"a"},{}]', "event_invalid", /Event 1 has the field "name" missing/],
    ['{"name":5}', "event_invalid", /"name" 5/],
    ['{"name":""}', "event_invalid", /"name" ""/],
    ['{"name":"INNgest/x"}', "event_invalid", /reserved/],
    ['{"name":"a","data":[1]}', "event_invalid", /"data" \[1\]/],
    ['{"name":"a","data":"x"}', "event_invalid", /"data" "x"/],
    ['{"name":"a","user":1}', "event_invalid", /"user" 1/],
    ['{"name":"a","id":""}', "event_invalid", /"id" ""/],
    ['{"name":"a","id":7}', "event_invalid", /"id" 7/],
    ['{"name":"a","v":1}', "event_invalid", /"v" 1/],
    ['{"name":"a","ts":1700000000}', "event_invalid", /"ts" 1700000000/],
    ['{"name":"a","ts":4102444800001}', "event_invalid", /1980 and 2100/],
    ['{"name":"a","ts":1700000000000.5}', "event_invalid", /whole milliseconds/],
    ['{"name":"a","ts":"2024-01-01"}', "event_invalid", /"ts" "2024-01-01"/],
    ['{"name":"a","meta":[]}', "event_invalid", /"meta" \[\]/],
  ] as const)("refuses %s", (bodyText, code, message) => {
    const error = errorOf(bodyText);
    expect(error.code).toBe(code);
    expect(error.status).toBe(400);
    expect(error.message).toMatch(message);
  });

  it("bounds the name, the number of events and their size", () => {
    const nameMax = "n".repeat(LIMITS.eventNameCharsMax);
    expect(parseOne({ name: nameMax })?.name).toBe(nameMax);
    expect(errorOf(JSON.stringify({ name: `${nameMax}n` })).message).toMatch(/513 characters/);
    const many = Array.from({ length: LIMITS.eventsPerRequestMax }, () => ({ name: "a" }));
    expect(parseEventBody(JSON.stringify(many))).toHaveLength(LIMITS.eventsPerRequestMax);
    expect(errorOf(JSON.stringify([...many, { name: "a" }])).status).toBe(413);
  });

  it("counts the size of each event in bytes, not of the request", () => {
    const half = { name: "a", data: { x: "é".repeat(LIMITS.eventBytesMax / 4) } };
    expect(parseEventBody(JSON.stringify([half, half, half]))).toHaveLength(3);
    const large = { name: "a", data: { x: "é".repeat(LIMITS.eventBytesMax / 2) } };
    const error = errorOf(JSON.stringify([half, large]));
    expect([error.code, error.status]).toEqual(["payload_too_large", 413]);
    expect(error.message).toMatch(/Event 1 has 31457\d\d bytes/);
  });

  it("refuses hostile nesting without overflowing the stack", () => {
    const nested = (depth: number): string =>
      `{"name":"a","data":{"x":"\\"[[","y":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
    expect(parseEventBody(nested(LIMITS.jsonDepthMax - 2))).toHaveLength(1);
    expect(errorOf(nested(LIMITS.jsonDepthMax - 1)).message).toMatch(/deeper/);
    expect(errorOf(nested(1_000_000)).code).toBe("body_invalid");
  });
});

describe("sessions", () => {
  function sessionsOf(meta: unknown): unknown {
    return parseOne({ name: "a", meta })?.meta;
  }

  it("become strings, without those set to null", () => {
    expect(sessionsOf({ sessions: { chat: 42, user: "u", gone: null }, other: 1 })).toEqual({
      sessions: { chat: "42", user: "u" },
    });
    expect(sessionsOf({ sessions: {} })).toBeUndefined();
  });

  it("take inherited ones in lexical order while there is room; the sender's own win", () => {
    const propagated = { f: "6", e: "5", d: "4", c: "3", b: "2", a: "1" };
    expect(sessionsOf({ sessions: { f: "own" }, propagated_sessions: { a: "1", f: "2" } })).toEqual(
      {
        sessions: { a: "1", f: "own" },
      },
    );
    const { a: _a, ...five } = propagated;
    expect(sessionsOf({ sessions: { z: "own" }, propagated_sessions: five })).toEqual({
      sessions: { b: "2", c: "3", d: "4", e: "5", z: "own" },
    });
  });

  it("cut inherited ones by null, one or all", () => {
    expect(sessionsOf({ sessions: { a: null }, propagated_sessions: { a: "1", b: "2" } })).toEqual({
      sessions: { b: "2" },
    });
    expect(sessionsOf({ sessions: null, propagated_sessions: { a: "1" } })).toBeUndefined();
  });

  it.each([
    [{ sessions: { a: true } }, /meta\.sessions\.a" true/],
    [{ sessions: { a: "" } }, /non-empty/],
    [{ sessions: { "": "x" } }, /key of 0 bytes/],
    [{ sessions: [] }, /"meta.sessions" \[\]/],
    [{ sessions: { ["k".repeat(129)]: "x" } }, /key of 129 bytes/],
    [{ sessions: { a: "x".repeat(513) } }, /longer/],
    [{ sessions: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 } }, /6 sessions/],
    [{ filler: "x".repeat(40_000) }, /larger than 32768/],
  ])("refuse %j", (meta, message) => {
    expect(errorOf(JSON.stringify({ name: "a", meta })).message).toMatch(message);
  });
});

describe("the map of value types", () => {
  const types = { data: { at: "date" } };
  const metaOf = (meta: unknown): unknown => parseOne({ name: "a", meta })?.meta;

  it("is kept as the sender wrote it, beside sessions; a wrong one is left out", () => {
    expect(metaOf({ everstep_types: types })).toEqual({ everstep_types: types });
    expect(metaOf({ Everstep_Types: types, sessions: { a: "1" } })).toEqual({
      everstep_types: types,
      sessions: { a: "1" },
    });
    expect(metaOf({ everstep_types: "date" })).toBeUndefined();
  });

  it("does not go over to events about the event", () => {
    const json = '{"everstep_types":{"data":{"at":"date"}}';
    expect(inheritedMetaJson(`${json}}`)).toBeUndefined();
    expect(inheritedMetaJson(`${json},"sessions":{"a":"1"}}`)).toBe('{"sessions":{"a":"1"}}');
    expect(inheritedMetaJson('{"sessions":{}}')).toBe('{"sessions":{}}');
    expect(inheritedMetaJson(undefined)).toBeUndefined();
  });
});

describe("toEventRecord and eventToWireJson", () => {
  it("fill the defaults: the internal id, the time of receipt, an empty user", () => {
    const record = toEventRecord({ name: "a", data: { b: 1, a: 2 } }, given);
    expect(record).toEqual({
      ...given,
      id: given.internalId,
      name: "a",
      dataJson: '{"a":2,"b":1}',
      tsMs: given.receivedAtMs,
    });
    expect(eventToWireJson(record)).toBe(
      `{"data":{"a":2,"b":1},"id":"${given.internalId}","name":"a","ts":1700000000000,"user":{}}`,
    );
  });

  it("give canonical text that holds what was sent", () => {
    const events = fc.record(
      {
        name: fc
          .string({ unit: "binary", minLength: 1 })
          .filter((name) => !/^inngest\//i.test(name)),
        data: fc.dictionary(fc.string(), fc.jsonValue()).map(({ _inngest, ...data }) => data),
        id: fc.string({ unit: "binary", minLength: 1 }),
        user: fc.dictionary(fc.string(), fc.jsonValue()),
        v: fc.string(),
        ts: fc.integer({ min: LIMITS.eventTsMsMin, max: LIMITS.eventTsMsMax }),
        meta: fc.constant({ sessions: { s: "1" } }),
      },
      { requiredKeys: ["name", "data", "user", "id", "ts"] },
    );
    fc.assert(
      fc.property(events, (event) => {
        const text = JSON.stringify(event);
        const [input] = parseEventBody(text);
        if (input === undefined) throw new Error("no event");
        const wire = eventToWireJson(toEventRecord(input, given));
        expect(wire).toBe(canonicalizeText(text));
      }),
    );
  });
});
