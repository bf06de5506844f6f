// Files that cannot be opened: what is said, and what to do about it.
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openAdvice, openSqliteStore } from "./open.ts";

const directory = mkdtempSync(join(tmpdir(), "store-sqlite-open-"));
afterAll(() => rmSync(directory, { recursive: true }));

function loopIn(parent: string): string {
  const path = join(parent, "loop");
  rmSync(path, { force: true });
  symlinkSync(path, path);
  return path;
}

function refusal(path: string): unknown {
  try {
    openSqliteStore({ path });
  } catch (error) {
    return error;
  }
  return undefined;
}

it("a file where the directory should be is named, with the way out", () => {
  const file = join(directory, "file");
  writeFileSync(file, "");
  for (const path of [join(file, "main.db"), join(file, "below", "main.db")]) {
    expect(refusal(path)).toMatchObject({
      code: "store_unavailable",
      message: expect.stringMatching(
        /^The database ".*main\.db" cannot be opened: .*file.*\. Move that file away, or use another directory\.$/,
      ),
    });
  }
});

it.each([
  ["is no directory's name", () => join(directory, "n".repeat(300), "main.db")],
  ["is a link to itself", () => join(loopIn(directory), "main.db")],
  ["lies below such a link", () => join(loopIn(directory), "deep", "main.db")],
])("a directory that cannot be, because it %s, is refused with the way out", (_name, path) => {
  expect(refusal(path())).toMatchObject({
    code: "store_unavailable",
    message: expect.stringMatching(
      /^The database ".*main\.db" cannot be opened: E.* use another directory\.$/,
    ),
  });
});

// Node's own mkdirSync with `recursive` never returns here.
it.runIf(process.platform === "linux")("a directory that takes no others is refused", () => {
  const path = "/proc/everstep-none/below/main.db";
  expect(refusal(path)).toMatchObject({
    code: "store_unavailable",
    message: `The database "${path}" cannot be opened: ENOENT: no such file or directory, mkdir '/proc/everstep-none'. There can be no directory or file of that name: use another directory.`,
  });
});

it("missing directories are made, for their owner only", async () => {
  const path = join(directory, "a", "b", "main.db");
  const { close } = openSqliteStore({ path });
  await close();
  const modes = [join(directory, "a"), join(directory, "a", "b"), path].map(
    (each) => statSync(each).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o700, 0o600]);
});

it("a lock file that is none is no other process", () => {
  const path = join(directory, "main.db");
  writeFileSync(`${path}.lock`, "no database, and long enough to be taken for one".repeat(40));
  const { message } = refusal(path) as Error;
  expect(message).toMatch(/cannot be opened: file is not a database\. Check the file/);
  mkdirSync(join(directory, "taken.db"));
  expect((refusal(join(directory, "taken.db")) as Error).message).toContain("cannot be opened");
});

it.each(["EACCES", "EROFS", "EPERM"])("%s says that writing is not allowed", (code) => {
  const error = Object.assign(new Error(`${code}: open 'main.db'`), { code });
  expect(openAdvice(error)).toBe(
    `this process may not write (${code}: open 'main.db'). Give it the right to write there, or use another directory.`,
  );
});
