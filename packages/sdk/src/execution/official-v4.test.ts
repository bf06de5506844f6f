// Our answers are those of the official SDK, version 4. One file a version: the two cannot live in one process.
import { describe, expect, it } from "vitest";
import { Inngest } from "inngest4";
import { serve } from "inngest4/edge";
import { OFFICIAL_CALLS, type OfficialCall } from "./official-calls.ts";
import { OFFICIAL_TOOL_CALLS } from "./official-tool-calls.ts";
import { askOfficial, askOurs, type OfficialHandler } from "./official-client.ts";
import { silentLogger } from "./test-call.ts";

function officialHandler(call: OfficialCall): OfficialHandler {
  const client = new Inngest({
    id: "app",
    isDev: true,
    checkpointing: false,
    logger: silentLogger,
  });
  const fn = client.createFunction({ id: "fn", triggers: [{ event: "test/asked" }] }, call.handler);
  return serve({ client, functions: [fn] });
}

describe("the official SDK v4", () => {
  it.each([...OFFICIAL_CALLS, ...OFFICIAL_TOOL_CALLS].filter((call) => call.not?.v4 === undefined))(
    "answers alike: $name",
    async (call) => {
      const official = await askOfficial(officialHandler(call), call.state ?? {});
      expect(await askOurs(call)).toEqual(official);
    },
  );
});
