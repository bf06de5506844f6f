// Events: the stream, what one event did and why no more, the editor that sends one, and payloads that mean harm.
import { describe, expect, it } from "vitest";
import type { ApiAnswer } from "@everstep/api";
import { read, runOf, sendEvent } from "./harness/engine-client.ts";
import { usePages } from "./harness/pages.ts";

const openPage = usePages();

describe("the stream", () => {
  it("shows an event the moment it comes, with the runs it starts", async () => {
    await sendEvent("test/order", { item: "tea", count: 1 });
    const page = await openPage("/events?name=test%2Forder");
    await page.getByRole("table", { name: "Events" }).waitFor();
    const eventId = await sendEvent("test/order", { item: "tea", count: 1 });
    const row = page.getByRole("row", { name: eventId });
    await row.getByRole("link", { name: /Completed\s*Take an order/ }).waitFor();
  });

  it("holds still while it is paused, and counts what comes", async () => {
    const page = await openPage("/events?name=test%2Fnobody-listens");
    await page.getByRole("button", { name: "Pause" }).click();
    const eventId = await sendEvent("test/nobody-listens", {});
    await page.getByRole("button", { name: "Resume, 1 new" }).waitFor();
    expect(await page.getByRole("row", { name: eventId }).count()).toBe(0);
    await page.getByRole("button", { name: "Resume, 1 new" }).click();
    await page.getByRole("row", { name: eventId }).waitFor();
  });

  it("searches payloads and says when an expression is not understood", async () => {
    await sendEvent("test/order", { item: "unicorn", count: 1 });
    const page = await openPage("/events", { expected: /status of 400/ });
    const search = page.getByRole("searchbox", { name: /Search expression/ });
    await search.fill("event.data.item == 'unicorn'");
    const rows = page.getByRole("table", { name: "Events" }).getByRole("row");
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(2);
    await page.getByText("These are all.").waitFor();
    await search.fill("event.data.item ==");
    await page.getByRole("search").getByRole("alert").waitFor();
  });

  it("lists names with who listens, and opens one of them", async () => {
    const page = await openPage("/events?tab=names");
    const row = page.getByRole("row", { name: /test\/order/ });
    await row.getByRole("link", { name: "Take an order" }).waitFor();
    await row.getByRole("cell").first().click();
    await page.waitForURL(/name=test(%2F|\/)order/);
  });
});

describe("one event", () => {
  it("says what it started, and for every other function why not", async () => {
    const eventId = await sendEvent("test/order", { item: "tea", count: 2 });
    await runOf(eventId, "order");
    const page = await openPage("/events?name=test%2Forder");
    await page.getByRole("row", { name: eventId }).click();
    const drawer = page.getByRole("dialog", { name: "Event" });
    const concerned = drawer.getByRole("list", { name: "Functions concerned" });
    await concerned.getByText("Completed", { exact: true }).waitFor();
    await concerned.getByText("event.data.count > 100", { exact: true }).waitFor();
    await concerned.getByText("event.data.count was 2").waitFor();
    await drawer.getByText(/other functions do not listen to it/).click();
    const others = drawer.getByRole("list", { name: "Functions that do not listen" });
    await others
      .getByRole("listitem")
      .filter({ hasText: "shop-declined" })
      .getByText("It listens to test/declined.")
      .waitFor();
    await drawer.getByRole("button", { name: "Open as a page" }).click();
    await page.getByRole("heading", { level: 1, name: "test/order" }).waitFor();
  });

  it("says so when there is no such event", async () => {
    const page = await openPage("/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", {
      expected: /status of 404/,
    });
    await page.getByRole("alert").first().waitFor();
  });
});

describe("the editor", () => {
  it("hints at the fields of earlier events, checks the payload, sends, and shows what came of it", async () => {
    const known = await sendEvent("test/order", { item: "tea", count: 2 });
    await runOf(known, "order");
    const page = await openPage("/events");
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog", { name: "Send an event" });
    await dialog.getByRole("button", { name: "Send event" }).click();
    await dialog.getByText("Every event has a name.").waitFor();
    await dialog.getByLabel("Name").fill("test/order");
    await dialog.getByText("if event.data.count > 100").waitFor();
    const payload = dialog.getByLabel("Payload (data)");
    await payload.fill('{"item": "tea", "cuont": 500}');
    await dialog.getByText("count is missing; earlier events had it.").waitFor();
    await dialog.getByText("cuont is new; earlier events did not have it.").waitFor();
    await payload.fill('{"item": "tea", "count": }');
    await dialog.getByText(/This is not JSON: .*/).waitFor();
    await payload.fill('{"item": "tea", "count": 500}');
    await dialog.getByLabel("Payload (data)").press("ControlOrMeta+Enter");
    const result = dialog.getByRole("status").filter({ hasText: "Sent as" });
    await result.getByRole("link", { name: "Look at large orders" }).waitFor();
    await result.getByText("Completed").first().waitFor();
    const eventId = (await result.getByRole("link").first().textContent()) ?? "";
    const { data } = await read<ApiAnswer<"getEvent">>(`/events/${eventId}`);
    expect(data).toMatchObject({ name: "test/order", data: { item: "tea", count: 500 } });
  });

  it("sends an earlier event again as an event of its own", async () => {
    const eventId = await sendEvent("test/nobody-listens", { note: "again" });
    const page = await openPage(`/events/${eventId}`);
    await page.getByRole("button", { name: "Send again" }).click();
    const dialog = page.getByRole("dialog", { name: "Send an event" });
    await dialog.getByText("No function listens to this name.").waitFor();
    await dialog.getByRole("button", { name: "Send event" }).click();
    const link = dialog.getByRole("status").getByRole("link").first();
    await link.waitFor();
    expect(await link.textContent()).not.toBe(eventId);
  });

  it("keeps what was sent for the next time", async () => {
    const page = await openPage("/events?send=test%2Fkept");
    const dialog = page.getByRole("dialog", { name: "Send an event" });
    await dialog.getByLabel("Payload (data)").fill('{"kept": true}');
    await dialog.getByRole("button", { name: "Send event" }).click();
    await dialog.getByText("Sent as").waitFor();
    await page.goto("/events?send=new");
    const sent = page.getByRole("region", { name: "Sent from here" });
    await sent.getByRole("button", { name: /test\/kept \{"kept": true\}/ }).waitFor();
  });
});
