// Encryption, end to end: what leaves the app is unreadable, what comes back is plain, and what was changed or moved is refused.
import { describe, expect, it } from "vitest";
import { remembered } from "../../execution/test-call.ts";
import { callFunction, testApp } from "../test-app.ts";
import { encryptionMiddleware, type EncryptionOptions } from "./encryption-middleware.ts";

const KEY = "first-key-of-32-random-characters";
const OTHER = "other-key-of-32-random-characters";
type Wire = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- tests look into it as they need

function encrypted(options: Partial<EncryptionOptions> = {}) {
  return testApp({ middleware: [encryptionMiddleware({ key: KEY, ...options })] });
}

function twoSteps(app: ReturnType<typeof encrypted>, id = "fn") {
  return app.client.createFunction({ id }, { event: "x" }, async ({ step }) => {
    const card = await step.run("card", () => ({ number: "4242" }));
    const last = await step.run("last", () => card.number.length);
    return { card, last };
  });
}

describe("encryptionMiddleware", () => {
  it("encrypts results of steps and of the function, and decrypts them on replay", async () => {
    const fn = twoSteps(encrypted());
    const first = (await callFunction(fn)).body[0].data as Wire;
    const second = (await callFunction(fn, remembered({ card: { data: first } }))).body[0].data;
    const state = remembered({ card: { data: first }, last: { data: second } });
    const result = (await callFunction(fn, state)).body as Wire;
    for (const value of [first, second, result]) {
      expect(value).toMatchObject({ __ENCRYPTED__: true, __STRATEGY__: "everstep/aes-256-gcm" });
      expect(JSON.stringify(value)).not.toContain("4242");
    }
    const finished = { name: "inngest/function.finished", data: { result } };
    const reader = encrypted().client.createFunction(
      { id: "reader" },
      { event: "inngest/function.finished" },
      async ({ event, step }) => [
        (event.data as Wire)["result"],
        await step.invoke("again", { function: "app-fn" }),
      ],
    );
    const call = { event: finished, events: [finished] };
    const steps = remembered({ again: { data: result } });
    const end = (await callFunction(reader, { ...call, ...steps })).body as Wire;
    expect(JSON.stringify(end)).not.toContain("4242");
    const plain = encrypted({ decryptOnly: true }).client.createFunction(
      { id: "reader" },
      { event: "inngest/function.finished" },
      reader.definition.handler as never,
    );
    const expected = { card: { number: "4242" }, last: 4 };
    expect((await callFunction(plain, { ...call, ...steps })).body).toEqual([expected, expected]);
  });

  it("encrypts what goes out while the function goes on with plain values", async () => {
    const app = encrypted();
    const sent: unknown[] = [];
    const fn = app.client.createFunction(
      { id: "fn", checkpointing: true },
      { event: "x" },
      async ({ step }) => {
        const card = await step.run("card", async () => ({
          number: await step.run("number", () => "4242"),
        }));
        return step.run("last", () => card.number.length);
      },
    );
    const checkpoint = {
      send: async (ops: readonly { readonly data?: unknown }[]): Promise<void> => {
        sent.push(...ops.map((op) => op.data));
      },
    };
    const { body } = await callFunction(fn, {}, { checkpoint });
    const values = [...sent, ...(body as Wire[]).map((op) => op["data"] as unknown)];
    expect(values).toHaveLength(4);
    for (const value of values) expect(value).toMatchObject({ __ENCRYPTED__: true });
    expect(JSON.stringify(values)).not.toContain("4242");
    const reader = twoSteps(encrypted({ decryptOnly: true }));
    const [, card, last] = values;
    const state = remembered({ card: { data: card }, last: { data: last } });
    expect((await callFunction(reader, state)).body).toEqual({ card: { number: "4242" }, last: 4 });
  });

  it("encrypts each value differently each time", async () => {
    const fn = twoSteps(encrypted());
    const [one, two] = [await callFunction(fn), await callFunction(fn)];
    expect(one.body[0].data.data).not.toBe(two.body[0].data.data);
    expect(one.body[0].data.iv).not.toBe(two.body[0].data.iv);
  });

  it("encrypts a field of sent events and invocations, and decrypts it where they arrive", async () => {
    const app = encrypted();
    const payload = { name: "x", data: { id: 1, encrypted: { ssn: "078-05-1120" } } };
    await app.client.send(payload);
    const sending = app.client.createFunction({ id: "send" }, { event: "x" }, ({ step }) =>
      Promise.all([
        step.sendEvent("tell", payload),
        step.invoke("call", { function: "app-fn", data: payload.data }),
      ]),
    );
    const [, invocation] = (await callFunction(sending)).body as Wire[];
    const invoked = { ...invocation?.["opts"].payload, name: "inngest/function.invoked" };
    const [sent] = app.sent;
    expect(JSON.stringify([sent, invoked])).not.toContain("078");
    expect([sent?.data["id"], invoked.data.id]).toEqual([1, 1]);
    const fn = encrypted({ decryptOnly: true }).client.createFunction(
      { id: "fn" },
      { event: "x" },
      async ({ event, step }) => [
        event.data.encrypted,
        await step.waitForEvent("w", { event: "x", timeout: "1h" }),
      ],
    );
    for (const event of [sent, invoked] as Wire[]) {
      const call = { event, events: [event], ...remembered({ w: { data: sent } }) } as never;
      const { body } = await callFunction(fn, call);
      expect(body).toMatchObject([{ ssn: "078-05-1120" }, { data: payload.data }]);
    }
    const failed = { name: "inngest/function.failed", data: { event: sent, error: {} } };
    const alarm = encrypted({ decryptOnly: true }).client.createFunction(
      { id: "alarm" },
      { event: "inngest/function.failed" },
      ({ event }) => (event.data as Wire)["event"].data.encrypted,
    );
    const { body } = await callFunction(alarm, { event: failed, events: [failed] });
    expect(body).toEqual({ ssn: "078-05-1120" });
  });

  it("reads with old keys, and names the key that is missing", async () => {
    const stored = (await callFunction(twoSteps(encrypted({ key: OTHER })))).body[0].data as Wire;
    const state = remembered({ card: { data: stored } });
    const rotated = twoSteps(encrypted({ fallbackDecryptionKeys: [OTHER] }));
    const answer = await callFunction(rotated, state);
    expect(answer.status).toBe(206);
    expect(answer.body[0].data.kid).not.toBe(stored["kid"]);
    const missing = await callFunction(twoSteps(encrypted()), state);
    expect(missing.status).toBe(500);
    expect(missing.body.name).toBe("EncryptionError");
    expect(missing.body.message).toContain(`"${stored["kid"]}"`);
    expect(missing.body.message).not.toContain(KEY);
  });

  it("reads what was stored before encryption, and after it was turned off", async () => {
    const fn = twoSteps(encrypted({ decryptOnly: true }));
    const { body } = await callFunction(fn, remembered({ card: { data: { number: "1" } } }));
    expect(body[0].data).toBe(1);
    const stored = (await callFunction(twoSteps(encrypted()))).body[0].data as Wire;
    const next = await callFunction(fn, remembered({ card: { data: stored } }));
    expect(next.body[0].data).toBe(4);
  });

  it.each<[string, (envelope: Wire) => Wire, RegExp]>([
    ["another ciphertext", (e) => ({ ...e, data: btoa("x".repeat(40)) }), /changed or cut off/],
    ["a shortened one", (e) => ({ ...e, data: e["data"].slice(0, 12) }), /changed or cut off/],
    ["no ciphertext", (e) => ({ ...e, data: null }), /changed or cut off/],
    ["no base64", (e) => ({ ...e, iv: "%%%" }), /changed or cut off/],
    ["an empty iv", (e) => ({ ...e, iv: "" }), /changed or cut off/],
    ["a relabelled place", (e) => ({ ...e, place: "output" }), /changed or cut off/],
    ["an unknown place", (e) => ({ ...e, place: "step app-fn 0" }), /another place/],
    ["a key id that is no text", (e) => ({ ...e, kid: { a: 1 } }), /does not have/],
  ])("refuses %s", async (_name, change, message) => {
    const fn = twoSteps(encrypted());
    const stored = (await callFunction(fn)).body[0].data as Wire;
    const answer = await callFunction(fn, remembered({ card: { data: change(stored) } }));
    expect([answer.status, answer.body.name]).toEqual([500, "EncryptionError"]);
    expect(answer.body.message).toMatch(message);
  });

  it("refuses a value that was moved from another step or function", async () => {
    const app = encrypted();
    const stored = (await callFunction(twoSteps(app))).body[0].data as Wire;
    const moved = await callFunction(twoSteps(app, "fn2"), remembered({ card: { data: stored } }));
    expect(moved.body.message).toMatch(/moved/);
    const state = remembered({ card: { data: stored }, last: { data: stored } });
    expect((await callFunction(twoSteps(encrypted()), state)).body.message).toMatch(/moved/);
  });

  it("needs keys that are worth the name", () => {
    expect(() => encryptionMiddleware({ key: [] })).toThrow(/needs a key/);
    expect(() => encryptionMiddleware({ key: "short" })).toThrow(/has 5 characters/);
    expect(() => encryptionMiddleware({} as never)).toThrow(/needs a key/);
  });
});
