// The packed package beside real frameworks: the small examples, copied into a project that installed the tarball, run their
// function on a real engine. Next.js is built for production first (about 15 s). The frameworks are those of the workspace
// (Next.js with its compiler weighs 340 MB, too much to install at test time); the SDK is the packed one.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { EXPRESS, expectJourney, HONO, NEXT } from "../examples/harness/journeys.ts";
import { ROOT } from "../../build/published-package.ts";
import { packSdk, type PackedSdk } from "./harness/packed-sdk.ts";
import { runNode } from "./harness/run-program.ts";

const NEXT_BIN = join(ROOT, "node_modules", "next", "dist", "bin", "next");

let packed: PackedSdk;
beforeAll(async () => {
  packed = await packSdk();
  return packed.remove;
});

/** A project on the packed package with the files of an example, but for its manifest. */
async function installExample(name: string): Promise<string> {
  const project = await packed.install("everstep");
  const notItsOwn = /\/(?:package\.json|node_modules|\.next|next-env\.d\.ts)$/;
  cpSync(join(ROOT, "examples", name), project, {
    recursive: true,
    filter: (file) => !notItsOwn.test(file),
  });
  return project;
}

describe("on the packed package", () => {
  it.each([
    ["express", EXPRESS],
    ["hono", HONO],
  ])("%s runs its function", async (name, journey) => {
    const cwd = await installExample(name);
    await expectJourney(journey, ["app.ts"], { cwd, env: {} });
  });

  it("Next.js is built, types included, and runs its function", async () => {
    const cwd = await installExample("nextjs");
    const printed = await runNode([NEXT_BIN, "build"], cwd);
    expect(printed).toContain("Finished TypeScript");
    expect(printed).toMatch(/ƒ \/api\/inngest/);
    const env = { NEXT_TELEMETRY_DISABLED: "1" };
    await expectJourney(NEXT, [NEXT_BIN, "start", "-H", "127.0.0.1"], { cwd, env });
  });
});
