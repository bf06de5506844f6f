// `npm run screenshots -- [FOLDER]`: every page, light, dark, on a phone and on a wide screen, against the stage of
// the browser tests. To be looked at by people; nothing compares them.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { launchBrowser } from "./harness/browser.ts";
import { startStage } from "./harness/stage.ts";
import { playScene } from "./harness/scene.ts";

const LOOKS = [
  { name: "light", colorScheme: "light", width: 1_440, height: 900 },
  { name: "dark", colorScheme: "dark", width: 1_440, height: 900 },
  { name: "phone", colorScheme: "light", width: 390, height: 844 },
  { name: "wide", colorScheme: "dark", width: 2_560, height: 1_440 },
] as const;
const CALM_MS = 800;

const folder = process.argv[2] ?? join(tmpdir(), "everstep-screenshots");
const only = process.argv[3];
mkdirSync(folder, { recursive: true });
const store = mkdtempSync(join(tmpdir(), "everstep-screenshots-store-"));
const [stage, server] = await Promise.all([startStage(store), launchBrowser()]);
try {
  const scene = await playScene(stage.engine.url);
  const paths = pathsOf({ ...scene, longRunId: stage.longRunId });
  const browser = await chromium.connect(server.wsEndpoint());
  for (const look of LOOKS) await take(browser, look, paths);
  process.stdout.write(`${folder}\n`);
} finally {
  await server.close();
  await stage.stop();
  rmSync(store, { recursive: true, force: true });
}

async function take(
  browser: Browser,
  look: (typeof LOOKS)[number],
  paths: Readonly<Record<string, string>>,
): Promise<void> {
  const { name, colorScheme, width, height } = look;
  const context = await browser.newContext({
    baseURL: stage.engine.url,
    viewport: { width, height },
    colorScheme,
    locale: "en-GB",
    deviceScaleFactor: name === "phone" ? 2 : 1,
  });
  const page = await context.newPage();
  for (const [title, path] of Object.entries(paths)) {
    if (only !== undefined && !title.includes(only)) continue;
    await page.goto(path);
    // Live pages are never idle: what is waited for is that the first answers have been drawn.
    await page.waitForTimeout(CALM_MS);
    await page.screenshot({ path: join(folder, `${title}-${name}.png`) });
  }
  await context.close();
}

function pathsOf(ids: {
  readonly eventId: string;
  readonly runId: string;
  readonly failedRunId: string;
  readonly talkedRunId: string;
  readonly longRunId: string;
}): Readonly<Record<string, string>> {
  return {
    runs: "/runs",
    "runs-filtered": "/runs?status=failed&fn=shop-invoice",
    run: `/runs/${ids.runId}`,
    "run-failed": `/runs/${ids.failedRunId}`,
    "run-talked": `/runs/${ids.talkedRunId}`,
    "run-logs": `/runs/${ids.talkedRunId}?tab=logs`,
    "run-long": `/runs/${ids.longRunId}`,
    compare: `/runs/${ids.runId}/compare/${ids.failedRunId}`,
    functions: "/functions",
    function: "/functions/shop-invoice",
    events: "/events",
    "events-open": `/events?open=${ids.eventId}`,
    "events-names": "/events?tab=names",
    "events-send": `/events?send=${ids.eventId}`,
    event: `/events/${ids.eventId}`,
    failures: "/failures",
    apps: "/apps",
    schedules: "/schedules",
    settings: "/settings",
  };
}
