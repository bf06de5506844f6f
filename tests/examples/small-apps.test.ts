// The small examples as they stand in the workspace, on the SDK's sources: each is started as its README says and does what
// it shows. The one for Next.js is built and run in tests/package, from the packed package.
import { fileURLToPath } from "node:url";
import { it } from "vitest";
import { EXPRESS, expectJourney, HONO } from "./harness/journeys.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));

it.each([
  ["express", EXPRESS],
  ["hono", HONO],
])("%s runs its function", async (folder, journey) => {
  await expectJourney(journey, ["app.ts"], { cwd: `${EXAMPLES}${folder}`, env: {} });
});
