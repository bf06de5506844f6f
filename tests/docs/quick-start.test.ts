// The quick start, done as it says: its app, its commands, the real server. Only ports and folders are the test's own, and the
// packages are those of the workspace; tests/package/installed.test.ts packs and installs them.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../protocol/harness/free-port.ts";
import { waitUntil } from "../protocol/harness/wait-until.ts";
import { getNamedFence, readFences } from "./harness/documents.ts";

const PAGE = "docs/quick-start.md";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BIN = join(ROOT, "packages/cli/bin/everstep.js");
const COMMANDS = {
  pack: "npm ci && npm run pack",
  install: [
    "mkdir ../my-app && cd ../my-app",
    "npm init -y && npm pkg set type=module",
    "npm install ../everstep/dist/packages/everstep-0.1.0.tgz",
    "npm install -D ../everstep/dist/packages/everstep-cli-0.1.0.tgz",
  ].join("\n"),
  dev: "npx everstep dev",
  app: "node app.ts",
  sync: "curl -X PUT http://127.0.0.1:3000/api/inngest",
  send: `npx everstep send test/hello --data '{"name":"Ada"}'`,
  runs: "npx everstep runs",
  run: "npx everstep run ID",
};

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

it("the page has the commands that are tried here, in this order", () => {
  const shown = readFences(PAGE).filter(({ language }) => language === "sh");
  expect(shown.map(({ text }) => text)).toEqual(Object.values(COMMANDS));
});

it("leads to a completed run", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "everstep-quick-start-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  // A link, so that the app finds the packages as it would in a clone.
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(folder, "app.ts"), getNamedFence(PAGE, "app.ts").text);

  const dev = start(folder, `${COMMANDS.dev} -p 0 --no-discovery`);
  const url = /"url":"(http:[^"]+)"/.exec(await dev.said(/"url":"http/))?.[1] ?? "";
  const port = await freePort();
  const app = start(folder, COMMANDS.app, { INNGEST_DEV: url, PORT: String(port) });
  const appUrl = COMMANDS.sync.replace(/^curl -X PUT /, "").replace("3000", String(port));
  const synced = await waitUntil(
    async () => {
      const response = await fetch(appUrl, { method: "PUT" }).catch(() => undefined);
      return response?.ok === true ? ((await response.json()) as object) : undefined;
    },
    { what: "the app to register", explain: app.text },
  );
  expect(synced).toMatchObject({ message: "Successfully registered" });

  expect(await run(folder, `${COMMANDS.send} --url ${url}`)).toContain("Stored test/hello");
  await app.said(/^Hello Ada$/m);
  const line = await waitUntil(
    async () => {
      const listed = await run(folder, `${COMMANDS.runs} --url ${url}`);
      return /^(?<id>\w{26}) .*completed .*my-app-greet/m.exec(listed)?.groups?.["id"];
    },
    { what: "the run to be completed", explain: dev.text },
  );
  const shown = await run(folder, `${COMMANDS.run.replace("ID", line)} --url ${url}`);
  expect(shown).toMatch(/✓ write[^]*✓ rest[^]*✓ say[^]*"Hello Ada"/);
});

interface Started {
  readonly child: ChildProcess;
  readonly text: () => string;
  /** Everything that was printed, once it matches. */
  readonly said: (pattern: RegExp) => Promise<string>;
}

/** Runs a line of the page; `npx` would need npm and its cache, so it is left out. */
function start(folder: string, line: string, env: Record<string, string> = {}): Started {
  const command = line
    .replace(/^npx everstep/, `exec "${process.execPath}" "${BIN}"`)
    .replace(/^node/, `exec "${process.execPath}"`);
  const child = spawn("sh", ["-c", command], {
    cwd: folder,
    env: { NODE_ENV: "development", PATH: process.env["PATH"], HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const checks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      for (const check of checks) check();
    });
  }
  const ended = once(child, "close");
  cleanups.push(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!pattern.test(text)) return;
        checks.delete(check);
        resolve(text);
      };
      checks.add(check);
      check();
      void ended.then(() => reject(new Error(`"${line}" ended and had printed:\n${text}`)));
    });
  return { child, text: () => text, said };
}

/** What a line of the page prints. @throws Error when it fails. */
async function run(folder: string, line: string): Promise<string> {
  const { child, text } = start(folder, line);
  if (child.exitCode === null) await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`"${line}" failed:\n${text()}`);
  return text();
}
