// What is copied does what it says, whatever the payload holds: shells and compilers are asked themselves.
/// <reference types="node" />
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { copyAsCurl, type CurlTarget } from "./copy-as-curl.ts";
import { copyAsTest, type TestedRun } from "./copy-as-test.ts";
import { inertJson } from "./inert-json.ts";

const TARGET: CurlTarget = {
  origin: "http://127.0.0.1:8288",
  functionSlug: "shop-order",
  isDev: true,
};

const HOSTILE: readonly string[] = [
  "it's '$(touch owned)' `id`; \\' \" & | \n EVENT_JSON\n",
  "</script><script>alert(1)</script>",
  "\u202Egnp.exe\u2066 \u001B[31mred\u001B[0m \u2028 \u0000",
  "${process.exit(1)} */ // `",
];

/** What `sh` would hand to curl. */
function argumentsOf(command: string): readonly string[] {
  const script = `curl() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${command}`;
  const output = execFileSync("sh", ["-c", script], { env: { EVERSTEP_EVENT_KEY: "k-1" } });
  return output.toString("utf8").split("\0").slice(0, -1);
}

describe("copy as curl", () => {
  it("sends the event again", () => {
    const event = { name: "shop/order.placed", data: { orderId: "o-1" } };
    expect(argumentsOf(copyAsCurl(TARGET, event))).toEqual([
      "-X",
      "POST",
      "http://127.0.0.1:8288/e/dev",
      "-H",
      "Content-Type: application/json",
      "--data-raw",
      JSON.stringify(event),
    ]);
  });

  it("invokes the function when a schedule or another run started it", () => {
    const invoked = { name: "inngest/function.invoked", data: { n: 1 } };
    expect(argumentsOf(copyAsCurl(TARGET, invoked))[2]).toBe(
      "http://127.0.0.1:8288/invoke/shop-order",
    );
    expect(argumentsOf(copyAsCurl(TARGET, undefined)).at(-1)).toBe(`{"data":{}}`);
  });

  it("takes the key from the environment where one is needed", () => {
    const command = copyAsCurl({ ...TARGET, isDev: false }, { name: "a", data: {} });
    expect(argumentsOf(command)[2]).toBe("http://127.0.0.1:8288/e/k-1");
    expect(command).toContain("$EVERSTEP_EVENT_KEY");
  });

  it.each(HOSTILE)("passes hostile text on as data: %j", (text) => {
    const event = { name: text, data: { [text]: text } };
    const body = argumentsOf(copyAsCurl(TARGET, event)).at(-1) ?? "";
    expect(JSON.parse(body)).toEqual(event);
    expect(["\u202e", "\u2066", "\u2028", "\u001b"].filter((mark) => body.includes(mark))).toEqual(
      [],
    );
  });

  it("hands a large payload over standard input", () => {
    const event = { name: "big", data: { text: `${HOSTILE.join("")}${"x".repeat(100_000)}` } };
    const command = copyAsCurl(TARGET, event).replace(/^curl[^<]*/, "cat ");
    const printed = execFileSync("sh", { input: command }).toString("utf8");
    expect(JSON.parse(printed)).toEqual(event);
  });
});

describe("copy as a test", () => {
  const run: TestedRun = {
    id: "01JQ8000000000000000000000",
    status: "COMPLETED",
    functionId: "sell-order",
    event: { name: "shop/order.placed", data: { orderId: "o-1" } },
    output: { ok: true },
    errorMessage: undefined,
  };

  it("sends the event and expects what was recorded", () => {
    const text = copyAsTest(run);
    expect(text).toContain(`import { sellOrder } from "./sell-order.ts";`);
    expect(text).toContain(`expect(await run?.result()).toEqual({\n    "ok": true\n  });`);
  });

  it("expects the error of a failed run", () => {
    const text = copyAsTest({ ...run, status: "FAILED", errorMessage: `no "stock"` });
    expect(text).toContain(String.raw`.rejects.toThrow("no \"stock\"");`);
  });

  it("is valid TypeScript whatever the run holds", () => {
    const any = fc.oneof(fc.constantFrom(...HOSTILE, "class", "", "1st", "__proto__"), fc.string());
    fc.assert(
      fc.property(any, any, fc.json(), (functionId, text, json) => {
        const data = JSON.parse(json) as unknown;
        const event = { name: text, data };
        for (const status of ["COMPLETED", "FAILED", "RUNNING"] as const) {
          const source = copyAsTest({
            ...run,
            status,
            functionId,
            event,
            output: data,
            errorMessage: text,
          });
          expect(parseSync("run.test.ts", source).errors).toEqual([]);
        }
      }),
    );
  });

  it("keeps a member named __proto__ a member", () => {
    const data = JSON.parse(`{"__proto__":{"admin":true}}`) as unknown;
    expect(copyAsTest({ ...run, event: { name: "a", data } })).toContain(`["__proto__"]: {`);
  });
});

it("inert JSON is the same value", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value = JSON.parse(json) as unknown;
      expect(JSON.parse(inertJson(value))).toEqual(value);
    }),
  );
});
