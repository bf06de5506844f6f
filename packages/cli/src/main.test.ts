// The command as its users meet it: help, errors, exit codes, keys. Servers are tested in serve-command.test.ts.
import { describe, expect, it } from "vitest";
import { COMMANDS } from "./flag.ts";
import { main } from "./main.ts";
import { createTestIo } from "./test-io.ts";

async function run(...argv: string[]) {
  const io = createTestIo();
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err() };
}

describe("everstep", () => {
  it("without a command shows the overview with every command", async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      expect(out).toContain(`\n  ${command}`);
    }
  });

  it.each(COMMANDS)("%s --help and help %s show the same text", async (command) => {
    const asked = await run(command, "--help");
    const named = await run("help", command);
    expect(asked).toEqual(named);
    expect(asked.out).toContain(`Usage: everstep ${command}`);
  });

  it("version and --version name everstep and Node.js", async () => {
    const { out } = await run("version");
    expect(out).toMatch(/^everstep \d+\.\d+\.\d+, Node\.js v\d+/u);
    expect((await run("--version")).out).toBe(out);
    expect(JSON.parse((await run("version", "--json")).out)).toEqual({
      everstep: expect.stringMatching(/^\d/u),
      node: process.version,
    });
  });

  it.each([
    [["dve"], 'everstep: "dve" is no command of everstep. Did you mean dev? See: everstep help'],
    [["dev", "--prot", "1"], "--prot is no flag of everstep dev. Did you mean --port?"],
    [["dev", "-x"], "-x is no flag of everstep dev."],
    [["dev", "--signing-key", "ab"], "--signing-key is no flag of everstep dev; it belongs to"],
    [["start", "--persist"], "--persist is no flag of everstep start; it belongs to everstep dev."],
    [["dev", "--port"], "--port needs a value: --port PORT"],
    [["dev", "--host", "--persist"], "--host needs a value"],
    [["dev", "here"], 'everstep dev does not take "here". Usage: everstep dev [flags]'],
    [["send"], "everstep send needs the event's name. Usage: everstep send NAME"],
    [["run"], "everstep run needs the run's ID."],
    [["keys", "old"], "everstep keys knows only: everstep keys new"],
    [["help", "strat"], '"strat" is no command of everstep. Did you mean start?'],
    [
      ["dev", "--port", "70000"],
      '--port is "70000", but it must be a whole number from 0 to 65535.',
    ],
    [["dev", "--log-level", "loud"], "but it must be one of trace, debug, info, warn, error."],
    [["dev", "-u", "localhost:3000"], "it must be a full URL that starts with http:// or https://"],
    [["dev", "--persist=maybe"], '--persist is "maybe", but it must be true or false.'],
    [["send", "a", "--data", "{a:1}"], "but it must be JSON ("],
    [["send", "a", "--data", "[1]"], "it must be a JSON object such as"],
    [["send", "a", "--ts", "yesterday"], "it must be whole milliseconds since 1970 or an ISO date"],
    [["runs", "--limit", "0"], '--limit is "0", but it must be a whole number from 1 to 400.'],
    [["runs", "--status", "faild"], "Did you mean failed?"],
  ])("%j is called wrongly: exit code 2 and a message with the way out", async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(message);
  });

  it("start without keys says why, and how to make and pass them", async () => {
    const { code, err } = await run("start", "--event-key", "k1");
    expect(code).toBe(2);
    expect(err).toContain("everstep start needs --signing-key:");
    expect(err).toContain("everstep keys new");
    expect(err).toContain("everstep start --signing-key <signing key> --event-key <event key>");
    expect((await run("start")).err).toContain("needs --signing-key and --event-key:");
  });

  it.each([
    ["not-hex", "it must be hex digits"],
    ["abc", "it must have an even number of hex digits and has 3"],
    ["signkey-eu-", "it must be hex digits"],
    ["signkey-test-0a1", "has 3"],
  ])("a signing key %s is refused and not repeated", async (key, message) => {
    const { code, err } = await run("start", "--signing-key", key, "--event-key", "k1");
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain(key);
  });

  it("keys new prints a file of variables that start accepts", async () => {
    const { out } = await run("keys", "new");
    const lines = out.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toEqual([
      `EVERSTEP_SIGNING_KEY=signkey-prod-${"ab".repeat(32)}`,
      `EVERSTEP_EVENT_KEY=${"ab".repeat(32)}`,
    ]);
    expect(JSON.parse((await run("keys", "new", "--json")).out)).toEqual({
      signingKey: `signkey-prod-${"ab".repeat(32)}`,
      eventKey: "ab".repeat(32),
    });
  });

  it("an error shows control characters instead of obeying them", async () => {
    const { err } = await run("send", "a", "--ts", "\u001b[2J\u202e");
    expect(err).toContain(String.raw`\u001b[2J\u202e`);
    expect(err).not.toContain("\u001b");
  });
});
