// What an app's logger wrote: with its step, all together, by level, live, and as text whatever it says.
import { expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { runOf, sendEvent } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();

const HOSTILE = `<img src=x onerror="window.hurt = 1">\u202Efdp \u001b[31mred`;

async function talk(
  text: string,
  count: number,
  failures = 0,
): Promise<{ id: string; key: string }> {
  const key = `${text.length}-${count}-${Date.now()}`;
  const run = await runOf(
    await sendEvent("test/talk", { text, count, key, failures }),
    "talker",
    ({ stepCount }) => stepCount === 1,
  );
  return { id: run.id, key };
}

function linesOf(page: Page): Locator {
  return page.getByRole("region", { name: "Logs", exact: true });
}

it("stands with its step, and all together behind a tab", async () => {
  const { id } = await talk("paid", 1);
  const page = await openPage(`/runs/${id}`);
  await page
    .getByRole("tree", { name: "Steps of the run" })
    .getByRole("treeitem", { name: /say/ })
    .first()
    .click();
  const detail = page.getByRole("region", { name: "Chosen step" });
  const ofStep = detail.getByRole("region", { name: "Logs of the step" });
  await expectShown(ofStep.getByText("line 0"));
  await expectShown(ofStep.getByText("paid").first());
  expect(await ofStep.getByText("began").count()).toBe(0);
  await page.getByRole("tab", { name: /Logs\s*3/ }).click();
  const lines = linesOf(page);
  await expectShown(lines.getByText("began"));
  await lines.getByRole("button", { name: /"err"/ }).click();
  await expectShown(lines.getByRole("region", { name: "Fields" }).getByText("stack"));
  expect(page.url()).toContain("tab=logs");
  await lines.getByRole("link", { name: "say" }).first().click();
  await expectShown(ofStep.getByText("line 0"));
});

it("tells attempts apart", async () => {
  const { id } = await talk("paid", 1, 1);
  const page = await openPage(`/runs/${id}`);
  const steps = page.getByRole("tree", { name: "Steps of the run" });
  await steps.getByRole("treeitem", { name: /say/ }).first().click();
  const detail = page.getByRole("region", { name: "Chosen step" });
  const lines = detail.getByRole("region", { name: "Logs of the step" });
  await expectShown(lines.getByText("attempt 1").first());
  expect(await lines.getByText("line 0").count()).toBe(2);
  await detail.getByRole("button", { name: "Attempt 1" }).first().click();
  await lines.getByText("attempt 1").first().waitFor({ state: "detached" });
  expect(await lines.getByText("line 0").count()).toBe(1);
});

it("is filtered by level, and the filter is in the URL", async () => {
  const { id } = await talk("paid", 5);
  const page = await openPage(`/runs/${id}?tab=logs`);
  await expectShown(linesOf(page).getByText("line 4"));
  await expectShown(page.getByText("7 lines"));
  await page.getByRole("button", { name: "Level" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Info" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Error" }).click();
  await page.keyboard.press("Escape");
  await expectShown(page.getByText("2 lines"));
  expect(await linesOf(page).getByText("line 4").count()).toBe(0);
  expect(page.url()).toContain("level=INFO&level=ERROR");
  await page.getByRole("button", { name: "Clear" }).click();
  await expectShown(linesOf(page).getByText("line 4"));
});

it("grows while the run goes on, seen from its end", async () => {
  const { id, key } = await talk("paid", 150);
  const page = await openPage(`/runs/${id}?tab=logs`);
  await expectShown(linesOf(page).getByText("line 149"));
  await sendEvent("test/more", { key });
  const added = linesOf(page).getByText("said more");
  await expectShown(added);
  const isInView = await added.evaluate((line) => {
    const { top, bottom } = line.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  expect(isInView).toBe(true);
});

it("of many lines holds those in view", async () => {
  const { id } = await talk("paid", 190);
  const { id: other } = await talk("paid", 400);
  const page = await openPage(`/runs/${id}?tab=logs`);
  await expectShown(linesOf(page).getByText("line 189"));
  await page.goto(`/runs/${other}?tab=logs`);
  // The SDK sends 200 lines with an answer and says how many it left out.
  await expectShown(page.getByText("201 lines"));
  await expectShown(linesOf(page).getByText(/not kept/));
  expect(await linesOf(page).locator("time").count()).toBeLessThan(120);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => linesOf(page).locator("time").count()).toBeLessThan(120);
});

it("is text, whatever it says", async () => {
  const { id } = await talk(HOSTILE, 0);
  const page = await openPage(`/runs/${id}?tab=logs`);
  await expectShown(linesOf(page).getByText("<img src=x onerror=").first());
  for (const button of await linesOf(page).getByRole("button", { expanded: false }).all()) {
    await button.click({ noWaitAfter: true, timeout: 2_000 }).catch(() => undefined);
  }
  const found = await page.evaluate(() => ({
    hurt: "hurt" in window,
    images: document.querySelectorAll("img[src='x']").length,
    text: document.body.innerText,
  }));
  expect(found).toMatchObject({ hurt: false, images: 0 });
  expect(found.text).not.toContain("\u202E");
  expect(found.text).not.toContain("\u001b");
  expect(found.text).toContain(String.raw`\u202efdp \u001b[31mred`);
});

it("says what it is for where there is nothing", async () => {
  const run = await runOf(await sendEvent("test/order", { item: "tea", count: 1 }), "order");
  const page = await openPage(`/runs/${run.id}?tab=logs`);
  await expectShown(page.getByRole("heading", { name: "Nothing was logged" }));
});
