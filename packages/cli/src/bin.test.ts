// The first file of the command on Node versions that cannot run the rest. The version is feigned: the machine has one Node.
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const BIN = fileURLToPath(new URL("../bin/everstep.js", import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(file: string, argv: readonly string[], version?: string): Promise<Ended> {
  const feign = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  const flags = version === undefined ? [] : ["--import", `data:text/javascript,${feign}`];
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, file, ...argv], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe("bin/everstep.js", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "everstep-bin-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs on this Node", async () => {
    expect(await run(BIN, ["version"])).toMatchObject({ code: 0, err: "" });
  });

  it("runs through a link, as node_modules/.bin has it", async () => {
    const link = join(folder, "everstep");
    symlinkSync(BIN, link);
    expect(await run(link, ["version"])).toMatchObject({ code: 0, err: "" });
  });

  it.each(["14.8.0", "20.20.2", "22.17.9"])(
    "on Node %s hands over to the node package and keeps its exit code",
    async (version) => {
      const { code, out } = await run(BIN, ["version"], version);
      expect(code).toBe(0);
      expect(out).toMatch(/^everstep .*, Node\.js v2\d\./u);
      expect((await run(BIN, ["nonsense"], version)).code).toBe(2);
    },
  );

  it("without a newer Node says what it found, what it needs and how to get it", async () => {
    const copy = join(folder, "everstep.mjs");
    copyFileSync(BIN, copy);
    const { code, out, err } = await run(copy, ["dev"], "20.20.2");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("everstep needs Node.js 22.18.0 or newer; this is 20.20.2");
    expect(err).toContain("npm install --save-dev node@24");
  });
});
