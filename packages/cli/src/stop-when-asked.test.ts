// The end of a server: drained at the first signal, at once at the second.
import type { LogEntry } from "@everstep/engine";
import { describe, expect, it } from "vitest";
import { stopWhenAsked, type StopOptions } from "./stop-when-asked.ts";
import { createTestIo, type TestIo } from "./test-io.ts";

function start(close: (graceMs: number) => Promise<void>) {
  const io: TestIo = createTestIo();
  const entries: LogEntry[] = [];
  const status = { state: "ready", callsInFlight: 2 } as const;
  const engine = { status: () => status } as unknown as StopOptions["server"]["engine"];
  const stopped = stopWhenAsked({
    io,
    server: { engine, close },
    log: (entry) => void entries.push(entry),
    graceMs: 7_000,
  });
  return { io, entries, stopped };
}

describe("stopWhenAsked", () => {
  it("gives calls their grace and resolves when everything is closed", async () => {
    const graces: number[] = [];
    const { io, entries, stopped } = start((graceMs) => {
      graces.push(graceMs);
      return Promise.resolve();
    });
    io.signal("SIGTERM");
    await stopped;
    expect(graces).toEqual([7_000]);
    expect(entries[0]).toMatchObject({
      fields: { signal: "SIGTERM", callsInFlight: 2, graceSeconds: 7 },
    });
    expect(io.exits).toEqual([]);
  });

  it("a second request ends the process at once with 1", async () => {
    const closing = Promise.withResolvers<void>();
    const { io, stopped } = start(() => closing.promise);
    io.signal("SIGINT");
    io.advance(501);
    io.signal("SIGINT");
    expect(io.exits).toEqual([1]);
    closing.resolve();
    await stopped;
  });

  it("the same request delivered twice, as npm does, is one", async () => {
    const closing = Promise.withResolvers<void>();
    const { io, stopped } = start(() => closing.promise);
    io.signal("SIGINT");
    io.advance(500);
    io.signal("SIGINT");
    expect(io.exits).toEqual([]);
    closing.resolve();
    await stopped;
  });

  it("rejects when the server cannot close", async () => {
    const { io, stopped } = start(() => Promise.reject(new Error("disk full")));
    io.signal("SIGTERM");
    await expect(stopped).rejects.toThrow("disk full");
  });
});
