// Failures: groups whose errors differ only in numbers and ids are one, and all runs of a group can be run again.
import { expect, it } from "vitest";
import type { ApiAnswer } from "@everstep/api";
import { read, runOf, sendEvent, until } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();
type Page = ApiAnswer<"listRuns">;

it("groups by function, step and error, among 7,000 failed runs", async () => {
  for (const card of ["1111", "2222", "3333"]) {
    await runOf(
      await sendEvent("test/declined", { card }),
      "declined",
      ({ status }) => status === "FAILED",
    );
  }
  const page = await openPage("/failures");
  const row = page.getByRole("row", { name: /Card 3333 was declined/ });
  await expectShown(row.getByText("charge"));
  expect(await page.getByRole("row", { name: /was declined/ }).count()).toBe(1);
  await expectShown(page.getByRole("row", { name: /has no address/ }).first());
  await row.click();
  const drawer = page.getByRole("dialog", { name: "Group of failures" });
  await expectShown(drawer.getByText("Stack of the newest"));
  await drawer.getByRole("list").getByRole("link").first().click();
  await page.waitForURL(/\/runs\//);
});

it("runs a whole group again, with progress", async () => {
  const failedRuns = async (): Promise<Page["data"]> =>
    (await read<Page>("/runs?functionId=shop-declined&limit=100")).data;
  const { id } = await runOf(
    await sendEvent("test/declined", { card: "9999" }),
    "declined",
    ({ status }) => status === "FAILED",
  );
  const before = await failedRuns();
  const page = await openPage("/failures?function=shop-declined");
  await page.getByRole("row", { name: /was declined/ }).click();
  const drawer = page.getByRole("dialog", { name: "Group of failures" });
  await drawer.getByRole("button", { name: /Rerun (all|the run).*…/ }).click();
  await drawer.getByRole("button", { name: /Rerun (all|the run)/ }).click();
  await expectShown(drawer.getByText(`Done: ${before.length} started.`));
  const reruns = await until("every run being run again", async () => {
    const again = (await failedRuns()).filter(({ originalRunId }) => originalRunId !== undefined);
    return again.length === before.length ? again : undefined;
  });
  expect(reruns.map(({ originalRunId }) => originalRunId)).toContain(id);
});
