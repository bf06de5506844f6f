// Events: the stream, what one event did and why no more, the editor that sends one, and payloads that mean harm.
import { describe, expect, it } from "vitest";
import type { ApiAnswer } from "@everstep/api";
import { read, runOf, sendEvent } from "./harness/engine-client.ts";
import { expectShown, usePages } from "./harness/pages.ts";

const openPage = usePages();

describe("the stream", () => {
  it("shows an event the moment it comes, with the runs it starts", async () => {
    await sendEvent("test/order", { item: "tea", count: 1 });
    const page = await openPage("/events?name=test%2Forder");
    await expectShown(page.getByRole("table", { name: "Events" }));
    const eventId = await sendEvent("test/order", { item: "tea", count: 1 });
    const row = page.getByRole("row", { name: eventId });
    await expectShown(row.getByRole("link", { name: /Completed\s*Take an order/ }));
    await expectShown(row.getByText(/"item":"tea"/));
  });

  it("holds still while it is paused, and counts what comes", async () => {
    const page = await openPage("/events?name=test%2Fnobody-listens");
    await page.getByRole("button", { name: "Pause" }).click();
    const eventId = await sendEvent("test/nobody-listens", {});
    await expectShown(page.getByRole("button", { name: "Resume, 1 new" }));
    expect(await page.getByRole("row", { name: eventId }).count()).toBe(0);
    await page.getByRole("button", { name: "Resume, 1 new" }).click();
    await expectShown(page.getByRole("row", { name: eventId }));
  });

  it("searches payloads and says when an expression is not understood", async () => {
    await sendEvent("test/order", { item: "unicorn", count: 1 });
    const page = await openPage("/events", { expected: /status of 400/ });
    const search = page.getByRole("searchbox", { name: /Search expression/ });
    await search.fill("event.data.item == 'unicorn'");
    const rows = page.getByRole("table", { name: "Events" }).getByRole("row");
    await expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(2);
    await expectShown(page.getByText("These are all."));
    await search.fill("event.data.item ==");
    await expectShown(page.getByRole("search").getByRole("alert"));
  });

  it("lists names with who listens, and opens one of them", async () => {
    const page = await openPage("/events?tab=names");
    const row = page.getByRole("row", { name: /test\/order/ });
    await expectShown(row.getByRole("link", { name: "Take an order" }));
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
    await expectShown(concerned.getByText("Completed", { exact: true }));
    await expectShown(concerned.getByText("event.data.count > 100", { exact: true }));
    await expectShown(concerned.getByText("event.data.count was 2"));
    await drawer.getByText(/other functions do not listen to it/).click();
    const others = drawer.getByRole("list", { name: "Functions that do not listen" });
    await expectShown(
      others
        .getByRole("listitem")
        .filter({ hasText: "shop-declined" })
        .getByText("It listens to test/declined."),
    );
    await drawer.getByRole("button", { name: "Open as a page" }).click();
    await expectShown(page.getByRole("heading", { level: 1, name: "test/order" }));
  });

  it("says so when there is no such event", async () => {
    const page = await openPage("/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", {
      expected: /status of 404/,
    });
    await expectShown(page.getByRole("alert").first());
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
    await expectShown(dialog.getByText("Every event has a name."));
    await dialog.getByLabel("Name").fill("test/order");
    await expectShown(dialog.getByText("if event.data.count > 100"));
    const payload = dialog.getByLabel("Payload (data)");
    await payload.fill('{"item": "tea", "cuont": 500}');
    await expectShown(dialog.getByText("count is missing; earlier events had it."));
    await expectShown(dialog.getByText("cuont is new; earlier events did not have it."));
    await payload.fill('{"item": "tea", "count": }');
    await expectShown(dialog.getByText(/This is not JSON: .*/));
    await payload.fill('{"item": "tea", "count": 500}');
    await dialog.getByLabel("Payload (data)").press("ControlOrMeta+Enter");
    const result = dialog.getByRole("status").filter({ hasText: "Sent as" });
    await expectShown(result.getByRole("link", { name: "Look at large orders" }));
    await expectShown(result.getByText("Completed").first());
    const eventId = (await result.getByRole("link").first().textContent()) ?? "";
    const { data } = await read<ApiAnswer<"getEvent">>(`/events/${eventId}`);
    expect(data).toMatchObject({ name: "test/order", data: { item: "tea", count: 500 } });
  });

  it("sends an earlier event again as an event of its own", async () => {
    const eventId = await sendEvent("test/nobody-listens", { note: "again" });
    const page = await openPage(`/events/${eventId}`);
    await page.getByRole("button", { name: "Send again" }).click();
    const dialog = page.getByRole("dialog", { name: "Send an event" });
    await expectShown(dialog.getByText("No function listens to this name."));
    await dialog.getByRole("button", { name: "Send event" }).click();
    const link = dialog.getByRole("status").getByRole("link").first();
    await expectShown(link);
    expect(await link.textContent()).not.toBe(eventId);
  });

  it("keeps what was sent for the next time", async () => {
    const page = await openPage("/events?send=test%2Fkept");
    const dialog = page.getByRole("dialog", { name: "Send an event" });
    await dialog.getByLabel("Payload (data)").fill('{"kept": true}');
    await dialog.getByRole("button", { name: "Send event" }).click();
    await expectShown(dialog.getByText("Sent as"));
    await page.goto("/events?send=new");
    const sent = page.getByRole("region", { name: "Sent from here" });
    await expectShown(sent.getByRole("button", { name: /test\/kept \{"kept": true\}/ }));
  });
});
