// `npm start` as a newcomer sees it: the tour shows parallel steps, a retry, a wait, a timeout and a failure, and Ctrl-C ends
// everything with exit code 0. The real process, twice as fast: faster yet, a parcel may be on its way before a slow machine
// waits for it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const START = fileURLToPath(new URL("../../examples/shop/start.ts", import.meta.url));

const LINES_TO_SEE: readonly (readonly [string, RegExp])[] = [
  ["parallel steps", /→ check-stock[^\n]*\n(?:[^\n]*\n)*?[^\n]*→ price-shipping\n/u],
  [
    "a retry",
    /✗ charge-card: the card network did not answer; again in 2s[^✓]*?(?:\n.*)*?✓ charge-card: 32 paid/u,
  ],
  ["a wait that ends with an event", /order \w+-1 +✓ shipped/u],
  ["a wait that times out", /⏱ no parcel in time: refunded and cancelled/u],
  [
    "an approval and one that nobody gave",
    /✓ approved by Grace(?:.|\n)*⏱ nobody answered in time/u,
  ],
  ["compensation", /↩ stock released, because the payment failed/u],
  ["a failure", /contact sync +✗ failed for good after 3 attempts/u],
  ["a failure heard by the failure log", /failure log +shop-contact-sync failed/u],
  ["fan-out", /✓ all 12 mails sent/u],
  ["sleeps", /✓ campaign complete/u],
  ["commands to try", /npx everstep runs/u],
];

it("shows what it promises, and stops with 0", async () => {
  const folder = mkdtempSync(join(tmpdir(), "everstep-shop-"));
  const child = spawn(process.execPath, [START], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      SHOP_PACE: "0.5",
      SHOP_ENGINE_PORT: "0",
      SHOP_APP_PORT: "0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let text = "";
  const seen = Promise.withResolvers<void>();
  const missing = (): readonly string[] =>
    LINES_TO_SEE.filter(([, pattern]) => !pattern.test(text)).map(([what]) => what);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (missing().length === 0) {
        seen.resolve();
      }
    });
  }
  try {
    await Promise.race([seen.promise, ended]);
    expect({ missing: missing(), text }).toMatchObject({ missing: [] });
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    expect(text).toContain("Runs that were not finished go on at the next npm start.");
  } finally {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});
