// The guide's example is run as it stands there.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

it("the guide shows the example, and the example does what the guide says", () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read("../../docs/guides/embedded.md")) ?? [];
  const [, ...lines] = read("./guide-example.ts").split("\n");
  expect(shown).toBe(lines.join("\n"));

  const directory = mkdtempSync(join(tmpdir(), "everstep-guide-"));
  try {
    const script = fileURLToPath(new URL("./guide-example.ts", import.meta.url));
    const { stdout, status } = spawnSync(process.execPath, [script], { cwd: directory });
    expect(stdout.toString()).toBe("{ label: 'label for o-1' }\nlabel for o-2\n");
    expect(status).toBe(0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
