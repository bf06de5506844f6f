// Payloads that mean harm: on every page that shows them they are text, complete, and harmless to the page.
import { beforeAll, expect, it } from "vitest";
import type { Page } from "playwright-core";
import type { Run } from "@everstep/api";
import { runOf, sendEvent } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();

const SCRIPT = `"><script>window.hurt = 1</script><img src=x onerror="window.hurt = 1">`;
const RIGHT_TO_LEFT = "invoice\u202Efdp.exe";
const ANSI = "\u001b[31mred\u001b[0m";
let eventId: string;
let echo: Run;
let failed: Run;

beforeAll(async () => {
  let deep: object = { bottom: SCRIPT };
  for (let level = 0; level < 400; level += 1) deep = { deep };
  eventId = await sendEvent("test/hostile", {
    script: SCRIPT,
    rightToLeft: RIGHT_TO_LEFT,
    ansi: ANSI,
    deep,
    long: "x".repeat(1_000_000),
    [SCRIPT]: "a key",
    ["__proto__ "]: "another",
    error: `${SCRIPT}\n${RIGHT_TO_LEFT}\n${ANSI}`,
  });
  echo = await runOf(eventId, "echo", ({ status }) => status === "COMPLETED");
  failed = await runOf(eventId, "hostile-error", ({ status }) => status === "FAILED");
});

async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    hurt: "hurt" in window,
    scripts: [...document.querySelectorAll("script")].filter(({ src }) => src === "").length,
    images: document.querySelectorAll("img[src='x']").length,
    text: document.body.innerText,
  }));
  expect(found).toMatchObject({ hurt: false, scripts: 0, images: 0 });
  expect(found.text).not.toContain("\u202E");
  expect(found.text).not.toContain("\u001b");
  expect(found.text.length).toBeLessThan(100_000);
}

it("an event's page shows them as text", async () => {
  const page = await openPage(`/events/${eventId}`);
  const payload = page.getByRole("region", { name: "Event payload" });
  await expectShown(payload.getByText("<script>window.hurt").first());
  await expectShown(payload.getByText(String.raw`invoice\u202efdp.exe`).first());
  await expectShown(payload.getByText(String.raw`\u001b[31mred`).first());
  await payload.getByRole("button", { name: "Show all 1.0 MB" }).click();
  const whole = page.getByRole("dialog", { name: "Whole text" });
  await expectShown(whole.getByText("xxxxxxxx").first());
  await expectHarmless(page);
});

it("a run's page shows them as text", async () => {
  const page = await openPage(`/runs/${echo.id}`);
  await expectShown(page.getByText("<script>window.hurt").first());
  await page.getByRole("treeitem", { name: /echo/ }).last().click();
  const detail = page.getByRole("region", { name: "Chosen step" });
  await expectShown(detail.getByText("<script>window.hurt").first());
  await expectHarmless(page);
});

it("an error's text stays text in the list, on the run and among failures", async () => {
  const list = await openPage("/runs?fn=shop-hostile-error");
  await expectShown(list.getByRole("row", { name: /script/ }).first());
  await expectHarmless(list);
  const run = await openPage(`/runs/${failed.id}`);
  await expectShown(run.getByText("<script>window.hurt").first());
  await expectHarmless(run);
  const failures = await openPage("/failures?function=shop-hostile-error");
  await failures
    .getByRole("row", { name: /script/ })
    .first()
    .click();
  await expectShown(failures.getByRole("dialog").getByText(/Rerun the run|Rerun all/));
  await expectHarmless(failures);
});

it("the editor takes them over as they are", async () => {
  const page = await openPage(`/events?send=${eventId}`);
  const payload = page.getByLabel("Payload (data)");
  const length = async (): Promise<number> => (await payload.inputValue()).length;
  await expect.poll(length, { timeout: 30_000 }).toBeGreaterThan(1_000_000);
  expect(JSON.parse(await payload.inputValue())).toMatchObject({ script: SCRIPT, ansi: ANSI });
});
