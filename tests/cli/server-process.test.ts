// The command as its own process, with an app on the official SDK: what it shows of a run, and how a server ends: drained by
// SIGTERM, cut off at the end of the grace period, killed. What was in flight goes on at the next start on the same folder.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "./test-app.ts";

const BIN = fileURLToPath(new URL("../../packages/cli/bin/everstep.js", import.meta.url));

interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

let folder: string;
const cleanups: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everstep-process-"));
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) {
    await clean();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function startServer(port: number, ...argv: string[]): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [BIN, "dev", "--persist", "--no-discovery", "--no-poll", "-p", String(port), ...argv],
    { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder }, stdio: "pipe" },
  );
  let text = "";
  const checks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      for (const check of checks) {
        check();
      }
    });
  }
  const ended = once(child, "exit").then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? "unknown",
  );
  cleanups.push(() => {
    child.kill("SIGKILL");
    return ended;
  });
  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(text);
        if (match !== null) {
          checks.delete(check);
          resolve(match);
        }
      };
      checks.add(check);
      check();
      void ended.then((how) => reject(new Error(`it ended (${how}) after printing:\n${text}`)));
    });
  const [, url = ""] = await printed(/"url":"(http:[^"]+)"/u);
  return {
    url,
    port: Number(new URL(url).port),
    printed,
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

async function greetUntilCalled(server: ServerProcess): Promise<TestApp> {
  const app = await createTestApp(server.url);
  cleanups.push(() => app.close());
  await app.sync();
  await fetch(`${server.url}/e/key`, {
    method: "POST",
    body: JSON.stringify({ name: "test/greet", data: { name: "Ada" } }),
  });
  await app.called(1);
  return app;
}

/** Output of an operator's command, or its exit code and what it complains of. */
function ask(url: string, ...argv: string[]): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: folder };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [BIN, ...argv, "--url", url],
      { cwd: folder, env },
      (error, out, err) => {
        resolve(error === null ? out : `${error.code} ${err}`);
      },
    );
  });
}

describe("the operator's commands", () => {
  it("send starts a run, runs lists it, run shows its steps and its output", async () => {
    const server = await startServer(0);
    const app = await createTestApp(server.url);
    cleanups.push(() => app.close());
    await app.sync();
    const sent = await ask(server.url, "send", "test/greet", "--data", '{"name":"Ada"}');
    expect(sent).toContain("Stored test/greet as ");
    await app.called(1);
    app.open();
    await app.ended();
    const rows = await ask(server.url, "runs", "--function", "greet", "--json");
    const [row] = JSON.parse(rows) as { id: string; status: string }[];
    expect(row?.status).toBe("completed");
    expect(await ask(server.url, "runs", "--status", "completed")).toContain("app-greet");
    const shown = await ask(server.url, "run", row?.id ?? "");
    expect(shown).toMatch(/✓ say-hello/u);
    expect(shown).toContain('"Hello Ada"');
    expect(await ask(server.url, "run", "01ARZ3NDEKTSV4RRFFQ69G5FAV")).toMatch(/^1 everstep: /u);
  });
});

describe("a server's process", () => {
  it("SIGTERM lets a call finish, refuses new events meanwhile, and ends with 0", async () => {
    const first = await startServer(0);
    const app = await greetUntilCalled(first);
    first.kill("SIGTERM");
    await first.printed(/"callsInFlight":1,"graceSeconds":10/u);
    const refused = await fetch(`${first.url}/e/key`, { method: "POST", body: '{"name":"late"}' });
    expect(refused.status).toBe(503);
    app.open();
    expect(await first.ended).toBe(0);
    const second = await startServer(first.port);
    await app.ended();
    expect(app.calls()).toBe(1);
    second.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });

  it("a second Ctrl-C while a call is out ends it at once with 1", async () => {
    const server = await startServer(0);
    await greetUntilCalled(server);
    server.kill("SIGINT");
    await server.printed(/"callsInFlight":1,"graceSeconds":10/u);
    // Two at once are one, for npm repeats what the terminal has sent already: so again until it counts.
    const again = setInterval(() => server.kill("SIGINT"), 50);
    try {
      expect(await server.ended).toBe(1);
    } finally {
      clearInterval(again);
    }
    await server.printed(/Stopped at once; calls in flight are made again/u);
  });

  it("a call that outlasts the grace period is made again by the next server", async () => {
    const first = await startServer(0, "--shutdown-grace", "0");
    const app = await greetUntilCalled(first);
    first.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    await startServer(first.port);
    await app.called(2);
    app.open();
    await app.ended();
    expect(app.calls()).toBe(2);
  });

  it("after kill -9 the next server goes on with the run", async () => {
    const first = await startServer(0);
    const app = await greetUntilCalled(first);
    first.kill("SIGKILL");
    expect(await first.ended).toBe("SIGKILL");
    await startServer(first.port);
    await app.called(2);
    app.open();
    await app.ended();
  });
});
