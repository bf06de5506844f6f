// The page of a run: its steps, live while it runs, done again from a step with other input, and smooth with 10,000 steps.
import { expect, inject, it } from "vitest";
import type { ApiAnswer } from "@everstep/api";
import { bestMsOf } from "./harness/best-of.ts";
import { read, runOf, sendEvent, until } from "./harness/engine-client.ts";
import { budgetMs } from "./harness/machine-pace.ts";
import { expectShown, usePages } from "./harness/pages.ts";
import { SEEDED } from "./harness/seed-store.ts";

/** The usual frame while a run of 10,000 steps is scrolled through. */
const FRAME_MAX_MS = 100;
const openPage = usePages();

it("shows steps, their output, the event and the result", async () => {
  const eventId = await sendEvent("test/order", { item: "tea", count: 2 });
  const run = await runOf(eventId, "order", ({ status }) => status === "COMPLETED");
  const page = await openPage(`/runs/${run.id}`);
  const steps = page.getByRole("tree", { name: "Steps of the run" });
  await expectShown(steps.getByRole("treeitem", { name: /confirm/ }));
  await expectShown(page.getByText('"confirmed 2 of tea"'));
  await steps.getByRole("treeitem", { name: /price/ }).click();
  const detail = page.getByRole("region", { name: "Chosen step" });
  await expectShown(detail.getByText('"2 of tea"'));
  expect(page.url()).toContain("span=");
});

it("follows a run while it runs, and says why it waits", async () => {
  const key = `run-${Date.now()}`;
  const eventId = await sendEvent("test/asked", { key });
  const run = await runOf(eventId, "approval");
  const page = await openPage(`/runs/${run.id}`);
  const why = page.getByRole("region", { name: "Why is it waiting?" });
  await expectShown(why.getByText(/test\/answered/).first());
  await sendEvent("test/answered", { key });
  await expectShown(page.getByRole("heading", { level: 1 }).getByText("Completed"));
  await why.waitFor({ state: "detached" });
});

it("runs again from a step with edited input", async () => {
  const eventId = await sendEvent("test/order", { item: "cup", count: 3 });
  const run = await runOf(eventId, "order", ({ status }) => status === "COMPLETED");
  const page = await openPage(`/runs/${run.id}`);
  const steps = page.getByRole("tree", { name: "Steps of the run" });
  await steps.getByRole("treeitem", { name: /price/ }).click();
  await page.getByRole("button", { name: /Rerun from/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill('["kettle", 7]');
  await dialog.getByRole("button", { name: "Rerun from here" }).click();
  await page.waitForURL(
    (url) => !url.pathname.includes(run.id) && url.pathname.startsWith("/runs/"),
  );
  await expectShown(page.getByText('"confirmed 7 of kettle"'));
  const rerunId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const { data } = await read<ApiAnswer<"getRun">>(`/runs/${rerunId}`);
  expect(data.originalRunId).toBe(run.id);
});

it("tells an error with its causes, in the order in which steps ran, and counts down to the next attempt", async () => {
  const run = await runOf(await sendEvent("test/refused", {}), "refused");
  const page = await openPage(`/runs/${run.id}`);
  const why = page.getByRole("region", { name: "Why is it waiting?" });
  await expectShown(why.getByText(/\(in (59 min|1 h)\)/));
  const items = page.getByRole("tree", { name: "Steps of the run" }).getByRole("treeitem");
  await expectShown(items.nth(2));
  const names = await items.locator(".waterfall__label").allTextContents();
  expect(names).toEqual(["refused", "look up", "pay"]);
  await items.nth(2).dblclick();
  await items.filter({ hasText: "Attempt 1" }).click();
  const detail = page.getByRole("region", { name: "Chosen step" });
  await expectShown(detail.getByText("The bank does not answer", { exact: true }));
  const cause = detail.getByRole("region", { name: "Cause 1" });
  await expectShown(cause.getByText("fetch failed", { exact: true }));
  await expectShown(
    cause
      .getByRole("region", { name: "Cause 2" })
      .getByText("connect ECONNREFUSED 10.0.0.3:5432", { exact: true }),
  );
  await expectShown(
    detail
      .getByRole("region", { name: "Stack", exact: true })
      .getByText(/test-app\.ts/)
      .first(),
  );
});

it("finds steps by words, from the keyboard", async () => {
  const eventId = await sendEvent("test/order", { item: "jar", count: 1 });
  const run = await runOf(eventId, "order", ({ status }) => status === "COMPLETED");
  const page = await openPage(`/runs/${run.id}`);
  const steps = page.getByRole("tree", { name: "Steps of the run" });
  await expectShown(steps.getByRole("treeitem", { name: /price/ }));
  await page.keyboard.press("/");
  await page.keyboard.type("conf");
  await steps.getByRole("treeitem", { name: /price/ }).waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await expectShown(
    page.getByRole("region", { name: "Chosen step" }).getByText('"confirmed 1 of jar"'),
  );
  expect(page.url()).toContain("find=conf");
  await page.reload();
  await expectShown(steps.getByRole("treeitem", { name: /confirm/ }));
  const search = page.getByRole("searchbox", { name: "Find a step" });
  await search.fill("no such thing");
  await expectShown(page.getByText(/No step matches/));
  await search.press("Escape");
  await expectShown(steps.getByRole("treeitem", { name: /price/ }));
});

it("cancels a run that waits", async () => {
  const run = await runOf(await sendEvent("test/tired", { key: "cancel" }), "long-sleep");
  const page = await openPage(`/runs/${run.id}`);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expectShown(page.getByRole("heading", { level: 1 }).getByText("Cancelled"));
  await until("the run being cancelled", async () => {
    const { data } = await read<ApiAnswer<"getRun">>(`/runs/${run.id}`);
    return data.status === "CANCELLED" ? data : undefined;
  });
});

it("stays smooth with 10,000 steps", async () => {
  const page = await openPage(`/runs/${inject("longRunId")}`);
  const steps = page.getByRole("tree", { name: "Steps of the run" });
  await expectShown(steps.getByRole("treeitem").nth(1));
  // Unfold the group of alike steps, and walk to its end.
  await steps.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await expectShown(steps.getByRole("treeitem", { name: /step-0/ }).first());
  expect(await steps.getByRole("treeitem").count()).toBeLessThan(150);
  const maxMs = budgetMs(FRAME_MAX_MS);
  const frameMs = await bestMsOf(maxMs, () =>
    page.evaluate(async (rows) => {
      const scroller = document.querySelector("[role='tree']");
      const times: number[] = [];
      for (let frame = 0; frame < 60; frame += 1) {
        const startMs = performance.now();
        scroller?.scrollTo({ top: (frame * rows * 29) / 60 });
        await new Promise((resolve) => {
          requestAnimationFrame(() => requestAnimationFrame(resolve));
        });
        times.push(performance.now() - startMs);
      }
      return times.toSorted((left, right) => left - right)[30] ?? Infinity;
    }, SEEDED.steps),
  );
  expect(frameMs).toBeLessThan(maxMs);
  await page.keyboard.press("End");
  await expectShown(steps.getByRole("treeitem", { name: /step-9999/ }).first());
});
