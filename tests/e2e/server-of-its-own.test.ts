// What needs another server than the one that the other tests share: one that asks for a key, and one that goes away and
// comes back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { startEngine, type EngineProcess } from "./harness/engine-process.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const KEY = "signkey-test-12345678";
const openPage = usePages();
const folders: string[] = [];
const engines: EngineProcess[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "everstep-e2e-own-"));
  folders.push(folder);
  return folder;
}

async function start(...args: Parameters<typeof startEngine>): Promise<EngineProcess> {
  const engine = await startEngine(...args);
  engines.push(engine);
  return engine;
}

it("asks for the key of a server that wants one, refuses a wrong one, and forgets it when told", async () => {
  const keys = ["--signing-key", KEY, "--event-key", "an-event-key"];
  const { url } = await start(newFolder(), 0, ["start", "--host", "127.0.0.1", ...keys]);
  const page = await openPage(`${url}/settings`, { expected: /401 \(Unauthorized\)/ });
  const dialog = page.getByRole("dialog", { name: "This server asks for a key" });
  const field = dialog.getByLabel("Signing key");
  await field.fill("signkey-test-87654321");
  await field.press("Enter");
  await expectShown(dialog.getByText(/That key was refused/));
  await field.fill(KEY);
  await field.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await expectShown(page.getByText("Production"));
  // The stream carries the key, too, and a reload keeps it.
  await expectShown(page.getByText("Live"));
  await page.reload();
  await expectShown(page.getByText("Production"));
  expect(page.url()).not.toContain(KEY);
  expect(await page.locator("body").innerText()).not.toContain(KEY);
  await page.getByRole("button", { name: "Forget the key of this tab" }).click();
  await expectShown(dialog);
});

it("says that the server has gone, keeps what it showed, and goes on by itself when it is back", async () => {
  const folder = newFolder();
  const engine = await start(folder);
  const page = await openPage(`${engine.url}/events`, {
    expected: /ERR_|Failed to load resource|PageUnreachable|503 of/,
  });
  await expectShown(page.getByText("Live"));
  await engine.stop();
  engines.length = 0;
  await expectShown(page.getByText(/The server does not answer/).first());
  await page.getByRole("link", { name: "Schedules" }).first().click();
  // Its code is not there and cannot be had: a page of ours says so, not one of the browser's.
  await expectShown(page.getByText(/could not be loaded/));
  await start(folder, engine.port);
  await expectShown(page.getByText("Live"));
  await page
    .getByText(/The server does not answer/)
    .first()
    .waitFor({ state: "detached" });
  await expectShown(page.getByText("No schedules yet"));
});
