// docs/reference/cli.md says what the command does: `npx vitest run packages/cli -u` rewrites it from the table.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { environmentNames } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { referencePage } from "./reference-page.ts";

const PAGE = fileURLToPath(new URL("../../../docs/reference/cli.md", import.meta.url));

describe("docs/reference/cli.md", () => {
  it("is equal to the flag table", async () => {
    await expect(referencePage()).toMatchFileSnapshot(PAGE);
  });

  it("names every flag and its variables", () => {
    const page = referencePage();
    for (const flag of FLAGS) {
      expect(page).toContain(`--${flag.name}`);
      const names = flag.withoutEffect === undefined ? environmentNames(flag) : [];
      expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    }
  });
});
