// What holds for every page: its main content is there, axe finds nothing serious in light and dark, nothing is cut off on a
// phone or a wide screen, and no page complains (harness/pages.ts).
import { beforeAll, describe, expect, inject, it } from "vitest";
import { axeFindings, overflowsSideways, expectShown, usePages } from "./harness/pages.ts";
import { playScene, type Scene } from "./harness/scene.ts";

const openPage = usePages();
let scene: Scene;
beforeAll(async () => {
  scene = await playScene(inject("engineUrl"));
});

/** Path of each page, and a text that is there once it has its data. */
const PAGES: readonly (readonly [name: string, path: (scene: Scene) => string, shows: RegExp])[] = [
  ["runs", () => "/runs", /Take an order/],
  ["run", ({ runId }) => `/runs/${runId}`, /confirmed 2 of tea/],
  ["logs of a run", ({ talkedRunId }) => `/runs/${talkedRunId}?tab=logs`, /the bank said no/],
  ["failed run", ({ failedRunId }) => `/runs/${failedRunId}`, /Card 4545 was declined/],
  [
    "two runs",
    ({ runId, failedRunId }) => `/runs/${runId}/compare/${failedRunId}`,
    /charge|confirm/,
  ],
  ["functions", () => "/functions", /Take an order/],
  ["function", () => "/functions/shop-order", /test\/order/],
  ["events", () => "/events", /test\/order/],
  ["event beside the list", ({ eventId }) => `/events?open=${eventId}`, /Filtered out/],
  ["names of events", () => "/events?tab=names", /seed\/invoice/],
  ["editor", ({ eventId }) => `/events?send=${eventId}`, /Fields of the last/],
  ["event", ({ eventId }) => `/events/${eventId}`, /Filtered out/],
  ["failures", () => "/failures", /was declined/],
  ["apps", () => "/apps", /api\/inngest/],
  ["schedules", () => "/schedules", /nightly/],
  ["settings", () => "/settings", /storage/i],
];

describe.each(PAGES)("%s", (_name, path, shows) => {
  it("has nothing that axe minds, in light and in dark, and fits a phone and a wide screen", async () => {
    const page = await openPage(path(scene));
    await expectShown(page.getByText(shows).first());
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await axeFindings(page)).toEqual([]);
    // The page follows a new size with its next frames.
    await page.setViewportSize({ width: 390, height: 844 });
    await expectShown(page.getByText(shows).first());
    await expect.poll(() => overflowsSideways(page), { timeout: 30_000 }).toBe(false);
    await page.setViewportSize({ width: 2_560, height: 1_440 });
    await expectShown(page.getByText(shows).first());
    await expect.poll(() => overflowsSideways(page), { timeout: 30_000 }).toBe(false);
  });
});

it("every address answers when it is opened directly, and a wrong one says so", async () => {
  const page = await openPage("/settings", { expected: /404 \(Not Found\)/ });
  for (const path of ["/runs/no/such", "/nothing-here"]) {
    const response = await page.goto(path);
    expect(response?.status()).toBe(404);
    await expectShown(page.getByText("There is no page at this address"));
  }
  await page.goto(`/run?runID=${scene.runId}`);
  await page.waitForURL(`**/runs/${scene.runId}`);
});

it("loads at most 250 kB to show the first page", async () => {
  const page = await openPage("/runs");
  await expectShown(page.getByRole("row", { name: /Take an order/ }).first());
  // What is loaded ahead for other pages comes seconds after the rows.
  const files = await page.evaluate(() => {
    const entries = performance.getEntriesByType("resource");
    const rows = entries.find(({ name }) => new URL(name).pathname === "/v2/runs");
    const rowsAtMs = (rows as PerformanceResourceTiming).responseEnd;
    return entries
      .filter(({ name, startTime }) => name.includes("/assets/") && startTime <= rowsAtMs)
      .map((entry) => ({
        name: entry.name,
        bytes: (entry as PerformanceResourceTiming).encodedBodySize,
      }));
  });
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(250_000);
});
