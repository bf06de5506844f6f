// The dashboard without a mouse: places, lists, dialogs, the command palette.
import { expect, it } from "vitest";
import { runOf, sendEvent } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();

it("goes to every place by two keys, and lists the keys", async () => {
  const page = await openPage("/runs");
  await expectShown(page.getByRole("row").nth(1));
  const places = {
    f: "/functions",
    e: "/events",
    x: "/failures",
    a: "/apps",
    s: "/schedules",
    t: "/settings",
    r: "/runs",
  };
  for (const [key, path] of Object.entries(places)) {
    // Both on their way at once: a second between them, which a busy machine may take, ends a sequence.
    await Promise.all([page.keyboard.press("g"), page.keyboard.press(key)]);
    await page.waitForURL(`**${path}`);
  }
  await page.keyboard.press("?");
  await expectShown(page.getByRole("dialog").getByText("Go to Failures"));
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

it("walks the list with j and k, opens with Enter, selects with x", async () => {
  const eventId = await sendEvent("test/order", { item: "key", count: 1 });
  const run = await runOf(eventId, "order", ({ status }) => status === "COMPLETED");
  const page = await openPage("/runs?fn=shop-order");
  await expectShown(page.getByRole("row", { name: run.id.slice(-10) }));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("x");
  await expectShown(page.getByText("1 run selected"));
  await page.keyboard.press("x");
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/runs/${run.id}`);
  const steps = page.getByRole("tree", { name: "Steps of the run" });
  await steps.focus();
  await page.keyboard.press("ArrowDown");
  await expectShown(page.getByRole("region", { name: "Chosen step" }).getByText('"1 of key"'));
});

it("returns the focus to where a dialog was opened from", async () => {
  const page = await openPage("/events");
  const button = page.getByRole("button", { name: /Send event/ });
  await button.focus();
  await page.keyboard.press("Enter");
  await expectShown(page.getByRole("dialog", { name: "Send an event" }));
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const hasFocus = (): Promise<boolean> =>
    button.evaluate((node) => node === document.activeElement);
  await expect.poll(hasFocus, { timeout: 30_000 }).toBe(true);
});

it("finds pages, functions, names of events and ids in the palette", async () => {
  const eventId = await sendEvent("test/order", { item: "palette", count: 1 });
  const run = await runOf(eventId, "order");
  const page = await openPage("/settings");
  const find = async (text: string, option: RegExp, url: string | RegExp): Promise<void> => {
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox").fill(text);
    await expectShown(page.getByRole("option", { name: option, selected: true }));
    await page.keyboard.press("Enter");
    await page.waitForURL(url);
  };
  await find("failu", /Failures/, "**/failures");
  await find("large orders", /Look at large orders/, "**/functions/shop-large-order");
  await find("send test/order", /Send test\/order/, /\/events\?send=test(%2F|\/)order/);
  await expectShown(page.getByRole("dialog", { name: "Send an event" }));
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await find(run.id, /Run/, `**/runs/${run.id}`);
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox").fill(eventId.toLowerCase());
  await page.keyboard.press("ArrowDown");
  await expectShown(page.getByRole("option", { name: /Event/, selected: true }));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/events/${eventId}`);
  await find("failed runs", /Failed runs/, /\/runs\?status=failed/);
});
