// Schedules: one that is run by hand looks like one that the clock ran.
import { expect, it } from "vitest";
import type { ApiAnswer } from "@everstep/api";
import { read } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();

it("runs the schedule that was meant now, as a tick would", async () => {
  const page = await openPage("/schedules");
  const row = page.getByRole("row", { name: /30 4 \* \* 1/ });
  await expectShown(row.getByText("None yet"));
  await expectShown(row.getByText("Every Monday at 04:30"));
  await row.getByRole("button", { name: /Run now/ }).click();
  await page.waitForURL(/\/runs\/[0-9A-Z]{26}/);
  await expectShown(page.getByRole("heading", { level: 1 }).getByText("Completed"));
  const runId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const { data: run } = await read<ApiAnswer<"getRun">>(`/runs/${runId}`);
  expect(run.trigger.cronSchedule).toBe("TZ=Europe/Berlin 30 4 * * 1");
  expect(run.output).toMatchObject({ cron: "TZ=Europe/Berlin 30 4 * * 1" });
  await page.goto("/schedules");
  await expectShown(row.getByText("Completed"));
  await expectShown(page.getByRole("row", { name: /0 3 \* \* \*/ }).getByText("None yet"));
});
