// What goes wrong on the first day, on the real process: each refusal names what is wrong and its value, says the way out, and
// shows no stack. Messages of single settings are tested beside them (packages/cli/src/settings.test.ts).
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { openSqliteStore } from "@everstep/store-sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COMPILE_CACHE } from "../protocol/harness/compile-cache.ts";

const BIN = fileURLToPath(new URL("../../packages/cli/bin/everstep.js", import.meta.url));
const KEYS = ["--signing-key", "00ff", "--event-key", "key"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everstep-first-steps-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function everstep(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const all = { PATH: process.env["PATH"], HOME: folder, ...COMPILE_CACHE, ...env };
  const options = { cwd: folder, env: all };
  return new Promise<Ended>((resolve) => {
    execFile(process.execPath, [BIN, ...argv], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

async function expectRefusal(argv: readonly string[], code: number, words: RegExp): Promise<void> {
  const ended = await everstep(argv);
  expect(ended).toMatchObject({ code, out: "" });
  expect(ended.err).toMatch(words);
  expect(ended.err).toMatch(/^everstep: /);
  expect(ended.err).not.toMatch(/^\s+at /m);
}

describe("a data folder that cannot be", () => {
  const dev = ["dev", "-p", "0", "--no-discovery", "--persist", "--sqlite-dir"];

  it("a file", async () => {
    writeFileSync(join(folder, "data"), "");
    await expectRefusal(
      [...dev, "data"],
      1,
      /data\/main\.db" cannot be opened: .*data'\. Move that/,
    );
  });

  it.runIf(process.platform === "linux")("one in a folder that takes no others", async () => {
    const words = /"\/proc\/x\/main\.db" cannot be opened: .*'\/proc\/x'\. .*use another directory/;
    await expectRefusal([...dev, "/proc/x"], 1, words);
  });

  it("one whose main.db is something else", async () => {
    writeFileSync(join(folder, "main.db"), "this is no database ".repeat(100));
    await expectRefusal([...dev, "."], 1, /main\.db" cannot be opened: .*not a database\. Check/);
  });

  it("one of a newer Everstep", async () => {
    const path = join(folder, "main.db");
    await openSqliteStore({ path }).close();
    const database = new DatabaseSync(path);
    database.exec(
      "INSERT INTO schema_migrations (version, name, checksum) VALUES (99, 'later', 'x')",
    );
    database.close();
    await expectRefusal([...dev, "."], 1, /has schema version 99, .* Start the Everstep version/);
  });

  it("one that another server has", async () => {
    const { close } = openSqliteStore({ path: join(folder, "main.db") });
    const owner = new RegExp(`main\\.db" is in use by process ${process.pid}\\. Stop it, or`);
    await expectRefusal([...dev, "."], 1, owner);
    await close();
  });
});

it("a port that is taken is named by start, with the way out", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as AddressInfo).port);
  const taken = new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use\\. .*--port`);
  await expectRefusal(["start", "--host", "127.0.0.1", "-p", port, ...KEYS], 1, taken);
  other.close();
});

describe("a configuration file", () => {
  it.each([
    [
      "everstep.json",
      '{ "prot": 1 }',
      /"prot" in .*everstep\.json is no setting\. Did you mean port/,
    ],
    ["everstep.json", "{ port: 1 }", /everstep\.json cannot be read: .*line 1 column 3/],
    ["everstep.yaml", "port: [1", /everstep\.yaml cannot be read: .*line/],
    ["everstep.yaml", "port: much", /"port" in .*everstep\.yaml is "much", but it must be a whole/],
  ])("%s with %s", async (name, text, words) => {
    writeFileSync(join(folder, name), text);
    await expectRefusal(["dev"], 2, words);
  });

  it("a folder in its place", async () => {
    mkdirSync(join(folder, "everstep.json"));
    await expectRefusal(["dev"], 2, /everstep\.json cannot be read: EISDIR/);
  });
});

it("a misspelt variable is a note, and the command does what it was asked", async () => {
  const { code, out, err } = await everstep(["version"], { EVERSTEP_PROT: "1" });
  expect({ code, err }).toEqual({
    code: 0,
    err: "everstep: note: EVERSTEP_PROT is no setting. Did you mean EVERSTEP_PORT?\n",
  });
  expect(out).toMatch(/^everstep /);
});
