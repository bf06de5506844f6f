// Files that cannot be opened: what is said, and what to do about it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openAdvice, openSqliteStore } from "./open.ts";

const directory = mkdtempSync(join(tmpdir(), "store-sqlite-open-"));
afterAll(() => rmSync(directory, { recursive: true }));

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
