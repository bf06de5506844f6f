// The page of a function: its limits changed in the browser, as the API has them afterwards.
import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import type { FunctionControls } from "@everstep/api";
import { read, until } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();

type Rules = FunctionControls["limits"]["concurrency"];

function rulesOnceThereAre(count: number): Promise<Rules> {
  return until(`${count} concurrency rules`, async () => {
    const { data } = await read<{ data: FunctionControls }>("/functions/shop-long-sleep/limits");
    return data.limits.concurrency.length === count ? data.limits.concurrency : undefined;
  });
}

async function openConcurrency(page: Page): Promise<ReturnType<Page["getByRole"]>> {
  await page.getByRole("button", { name: "Change Concurrency" }).click();
  const dialog = page.getByRole("dialog", { name: "Concurrency" });
  await expectShown(dialog);
  return dialog;
}

it("adds, changes and removes concurrency rules with their keys, scopes and levels", async () => {
  const page = await openPage("/functions/shop-long-sleep?tab=limits", { expected: /400 \(Bad/ });
  const save = async (dialog: ReturnType<Page["getByRole"]>): Promise<void> => {
    await dialog.getByRole("button", { name: "Change the limit" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  const first = await openConcurrency(page);
  await first.getByLabel("At most").fill("3");
  await first.getByRole("button", { name: "Add a rule" }).click();
  const second = first.getByRole("group", { name: "Rule 2" });
  await second.getByLabel("At most").fill("20");
  await second.getByLabel("At a time, in").selectOption("all functions of the account");
  await second.getByLabel("Key").fill("event.data.");
  await first.getByRole("button", { name: "Change the limit" }).click();
  await expectShown(first.getByText("The limit was not changed"));
  await second.getByLabel("Key").fill("event.data.customer");
  await save(first);
  expect(await rulesOnceThereAre(2)).toEqual([
    { limit: 3, scope: "FN", level: "STEP" },
    { limit: 20, scope: "ACCOUNT", level: "STEP", key: "event.data.customer" },
  ]);
  await expectShown(page.getByText("Overrides the code"));

  const third = await openConcurrency(page);
  await third.getByRole("button", { name: "Add a rule" }).click();
  await third.getByRole("group", { name: "Rule 3" }).getByLabel("At most").fill("1");
  await save(third);
  expect(await rulesOnceThereAre(3)).toContainEqual({ limit: 1, scope: "FN", level: "FN" });

  // What is not touched stays, also that a rule counts whole runs.
  const fourth = await openConcurrency(page);
  await fourth.getByRole("button", { name: "Remove rule 3" }).click();
  await save(fourth);
  expect(await rulesOnceThereAre(2)).toEqual([
    { limit: 1, scope: "FN", level: "FN" },
    { limit: 3, scope: "FN", level: "STEP" },
  ]);
  await page.getByRole("button", { name: "Concurrency: back to the code" }).click();
  expect(await rulesOnceThereAre(0)).toEqual([]);
});
