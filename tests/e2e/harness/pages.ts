// Pages of the shared browser. Whatever a page complains of (script errors, console errors, the content security policy,
// answers of 500 and more) fails the test that opened it.
import axe from "axe-core";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  /** Complaints that the test provokes. */
  readonly expected?: RegExp;
}

/** Much more than any takes on a quiet machine; below a test's own minute, so that what was waited for is named. */
const ACTION_MAX_MS = 30_000;

/** Call at the top of a test file. The function that it returns opens a path of the dashboard. */
export function usePages(): (path: string, options?: PageOptions) => Promise<Page> {
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await chromium.connect(inject("browserUrl"));
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(complaints.splice(0)).toEqual([]);
  });
  return async (path, options = {}) => {
    const { width = 1_440, height = 900, colorScheme = "light", expected } = options;
    const context = await browser.newContext({
      baseURL: inject("engineUrl"),
      viewport: { width, height },
      colorScheme,
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    contexts.push(context);
    context.setDefaultTimeout(ACTION_MAX_MS);
    const page = await context.newPage();
    collectComplaints(page, (complaint) => {
      if (expected?.test(complaint) !== true) complaints.push(complaint);
    });
    await page.goto(path);
    // Drawn by the script: from here on keys are heard.
    await page.locator("h1").first().waitFor();
    return page;
  };
}

function collectComplaints(page: Page, add: (complaint: string) => void): void {
  page.on("pageerror", (error) => add(`uncaught ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      add(`console ${message.text()} (${message.location().url})`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 500) add(`${response.status()} of ${response.url()}`);
  });
  page.on("dialog", (dialog) => {
    add(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") add(`asked ${request.url()}`);
  });
}

/** Fails when there is not exactly one of it to be seen, now or soon. */
export function expectShown(locator: Locator): Promise<void> {
  return locator.waitFor();
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds on the page, told so that it can be mended from the text alone; empty when it finds nothing. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the content security policy of the page does not concern.
  if ((await page.evaluate("'axe' in window")) !== true) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as AxeResult;
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ html, failureSummary = "" }) => `${id} (${impact}): ${html}\n${failureSummary}`),
  );
}

/** Whether the page or a list in it can be scrolled sideways, which none should need. */
export function overflowsSideways(page: Page): Promise<boolean> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".table")].some(
      ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
    ),
  );
}
