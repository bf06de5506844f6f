// dev and start with a real engine on a real file, inside the test's process. What needs a process of its own, or an app, is
// in tests/cli.
import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "./main.ts";
import { createTestIo, type TestIo } from "./test-io.ts";

const KEYS = ["--signing-key", "signkey-test-00ff", "--event-key", "key1"];
const READY = /"url":"(http:[^"]+)"/u;

let folder: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everstep-serve-"));
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) {
    await clean();
  }
  rmSync(folder, { recursive: true, force: true });
});

function ioOf(isTerminal = false): TestIo {
  return createTestIo({ cwd: folder, homeDir: folder, isTerminal, clock: Date.now, fetch });
}

/** Runs dev or start until the test ends or `stop` is called, which returns the exit code. */
function serve(argv: readonly string[], io = ioOf()) {
  const code = main(argv, io);
  const stop = async (): Promise<number> => {
    io.signal("SIGTERM");
    return code;
  };
  cleanups.push(stop);
  const url = io.printed(READY).then((match) => match[1] ?? "");
  return { io, code, stop, url: Promise.race([url, code.then(() => `ended: ${io.err()}`)]) };
}

async function occupy(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

async function ask(url: string, ...argv: string[]): Promise<string> {
  const io = ioOf(true);
  const code = await main([...argv, "--url", url], io);
  return code === 0 ? io.out() : `${code} ${io.err()}`;
}

describe("everstep dev", () => {
  it("is healthy once it says so, and ends with 0 when asked", async () => {
    const { io, url, stop } = serve(["dev", "-p", "0", "--no-discovery"]);
    expect((await fetch(`${await url}/health`)).status).toBe(200);
    expect(JSON.parse(io.out())).toMatchObject({
      msg: "Everstep is ready",
      data: "memory",
      mode: "dev",
    });
    expect(await stop()).toBe(0);
    expect(io.err()).toBe("");
    await expect(fetch(`${await url}/health`)).rejects.toThrow("fetch failed");
  });

  it("shows people the banner", async () => {
    const io = ioOf(true);
    const { stop } = serve(["dev", "-p", "0", "--no-discovery"], io);
    await io.printed(/Stop +Ctrl-C/u);
    expect(io.out()).toContain("in memory: runs are lost when this stops");
    expect(await stop()).toBe(0);
    expect(io.out()).toMatch(/Stopping; once more stops at once.*\n.*Stopped\n$/u);
  });

  it("takes the next port when its own is busy, and says so", async () => {
    const { port } = await occupy();
    const io = ioOf(true);
    serve(["dev", "-p", String(port), "--no-discovery"], io);
    const [, taken] = await io.printed(/is in use, so this server took (\d+)\./u);
    expect(Number(taken)).toBeGreaterThan(port);
    expect((await fetch(`http://127.0.0.1:${taken}/health`)).status).toBe(200);
  });

  it("notes flags without effect on stderr and goes on", async () => {
    const { io, url } = serve(["dev", "-p", "0", "--no-discovery", "--tick", "100"]);
    expect(await url).toMatch(/^http/u);
    expect(io.err()).toMatch(/^everstep: note: --tick has no effect: .*\n$/u);
  });
});

describe("everstep start", () => {
  it("guards the API with its keys and keeps its data in a file", async () => {
    const { io, url, stop } = serve(["start", ...KEYS, "-p", "0", "--host", "127.0.0.1"]);
    const base = await url;
    expect(JSON.parse(io.out())).toMatchObject({ data: join(folder, ".everstep", "main.db") });
    expect(await ask(base, "send", "a")).toContain("refused with status 401");
    expect(await ask(base, "send", "a", "--event-key", "key1")).toContain("Stored a");
    expect(await ask(base, "runs")).toContain("This server needs keys: pass --signing-key");
    expect(await ask(base, "runs", "--signing-key", "signkey-test-00ff")).toContain(
      "No runs match",
    );
    expect(await stop()).toBe(0);
  });

  it("fails when its port is busy, naming the way out", async () => {
    const { port } = await occupy();
    const { io, code } = serve(["start", ...KEYS, "-p", String(port), "--host", "127.0.0.1"]);
    expect(await code).toBe(1);
    expect(io.err()).toContain(`port ${port} of 127.0.0.1 is in use.`);
    expect(io.err()).toContain("--port");
  });

  it("refuses a folder that another server uses, and leaves it alone", async () => {
    const args = ["start", ...KEYS, "-p", "0", "--host", "127.0.0.1"];
    const first = serve(args);
    const base = await first.url;
    const second = serve(args);
    expect(await second.code).toBe(1);
    expect(second.io.err()).toContain("main.db");
    expect(second.io.err()).toContain("in use by");
    expect((await fetch(`${base}/health`)).status).toBe(200);
  });

  it("goes on with what dev --persist began", async () => {
    const dev = serve(["dev", "--persist", "-p", "0", "--no-discovery"]);
    const base = await dev.url;
    await ask(base, "send", "a/b", "--id", "once");
    await dev.stop();
    const started = serve(["start", ...KEYS, "-p", "0", "--host", "127.0.0.1"]);
    const response = await fetch(`${await started.url}/v1/events`, {
      headers: { authorization: "Bearer 00ff" },
    });
    const { data } = (await response.json()) as { data: { name: string; id: string }[] };
    expect(data).toMatchObject([{ name: "a/b", id: "once" }]);
  });
});
