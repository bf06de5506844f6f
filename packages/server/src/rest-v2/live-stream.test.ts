// The live stream with many clients, slow ones and ones that read no more: none of them makes memory grow or keeps others out.
import { newBulkJob, type Change } from "@everstep/core";
import { beforeEach, describe, expect, it } from "vitest";
import type { ApiContext } from "./api-context.ts";
import { createLiveStream, type LiveStream } from "./live-stream.ts";

const CLIENTS_MAX = 200;
const BEAT_MS = 15_000;

let nowMs: number;
let alarms: { atMs: number; fire: () => void }[];
let tell: ((changes: readonly Change[]) => void) | undefined;
let stream: LiveStream;

beforeEach(() => {
  nowMs = 1_790_000_000_000;
  alarms = [];
  tell = undefined;
  const clock = {
    nowMs: () => nowMs,
    at(atMs: number, fire: () => void) {
      const alarm = { atMs, fire };
      alarms.push(alarm);
      return () => (alarms = alarms.filter((each) => each !== alarm));
    },
  };
  const onChange = (listener: typeof tell) => {
    tell = listener;
    return () => (tell = undefined);
  };
  const context = { engine: { onChange }, options: { clock }, nowMs: clock.nowMs };
  stream = createLiveStream(context as unknown as ApiContext);
});

async function advance(ms: number): Promise<void> {
  nowMs += ms;
  const due = alarms.filter(({ atMs }) => atMs <= nowMs);
  alarms = alarms.filter(({ atMs }) => atMs > nowMs);
  for (const { fire } of due) fire();
  await new Promise((resolve) => setImmediate(resolve));
}

function readerOf(response: Response): { next: () => Promise<string | undefined> } {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  return {
    async next() {
      const { value } = await reader.read();
      return value === undefined ? undefined : new TextDecoder().decode(value);
    },
  };
}

/** Changes of a run, and the moment in which they are told. */
async function change(id: string): Promise<void> {
  tell?.([{ type: "run_patched", runId: id, patch: { status: "completed", endedAtMs: nowMs } }]);
  await advance(250);
}

describe("the live stream", () => {
  it("tells all that hear everything the same, and those of one run only that run", async () => {
    const [one, two] = [readerOf(stream.open({})), readerOf(stream.open({}))];
    const single = readerOf(stream.open({ runId: "R2" }));
    for (const reader of [one, two, single]) expect(await reader.next()).toContain("hello");
    await change("R1");
    await change("R2");
    expect(await one.next()).toBe(await two.next());
    expect(await one.next()).toContain('"R2"');
    const told = await single.next();
    expect(told).toContain('"R2"');
    expect(told).not.toContain('"R1"');
  });

  it("tells how far a bulk action came, once for each time it tells", async () => {
    const reader = readerOf(stream.open({}));
    await reader.next();
    const job = newBulkJob("J", "cancel", nowMs);
    tell?.([1, 2, 3].map((done): Change => ({ type: "bulk_saved", job: { ...job, done } })));
    await advance(250);
    const text = await reader.next();
    expect(text?.match(/event: bulk/g)).toHaveLength(1);
    expect(text).toContain('"done":3');
  });

  it("lets a slow client read afresh instead of all that it missed", async () => {
    const reader = readerOf(stream.open({}));
    for (let index = 0; index < 50; index += 1) await change(`R${index}`);
    const texts: string[] = [];
    while (!(texts.length > 1 && texts.at(-1)?.includes("hello"))) {
      texts.push((await reader.next()) ?? "ended");
      expect(texts.length).toBeLessThan(12);
    }
    await change("AFTER");
    expect(await reader.next()).toContain('"AFTER"');
  });

  it("lets go of clients that read nothing between two beats, and keeps the others", async () => {
    const lively = readerOf(stream.open({}));
    await lively.next();
    for (let count = 1; count < CLIENTS_MAX; count += 1) stream.open({});
    expect(() => stream.open({})).toThrow("close some");
    for (let index = 0; index < 20; index += 1) {
      await change(`R${index}`);
      expect(await lively.next()).toContain(`"R${index}"`);
    }
    await advance(BEAT_MS);
    expect(await lively.next()).toContain("still here");
    await advance(BEAT_MS);
    expect(await lively.next()).toContain("still here");
    expect(stream.open({}).status).toBe(200);
    await change("LAST");
    expect(await lively.next()).toContain('"LAST"');
  });

  it("does not listen to the engine without clients, and opens no more once it is closed", async () => {
    expect(tell).toBeUndefined();
    const response = stream.open({});
    expect(tell).toBeDefined();
    const reader = readerOf(response);
    await reader.next();
    stream.close();
    expect(await reader.next()).toBeUndefined();
    expect(tell).toBeUndefined();
    expect(alarms).toEqual([]);
    expect(() => stream.open({})).toThrow("closing");
    expect(stream.head().headers.get("content-type")).toContain("text/event-stream");
  });
});
