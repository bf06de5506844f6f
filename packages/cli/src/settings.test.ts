// Where a setting comes from and how it is checked: flag, environment, file, default.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCommandLine } from "./command-line.ts";
import { environmentNames } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { resolveSettings, type Settings } from "./settings.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everstep-settings-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, text: string): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

function resolve(argv: readonly string[], env: Record<string, string> = {}, cwd = ""): Settings {
  const io = { env, cwd: join(folder, cwd), homeDir: join(folder, "home") };
  mkdirSync(io.cwd, { recursive: true });
  return resolveSettings(parseCommandLine(argv), io);
}

describe("precedence", () => {
  it("is flag, EVERSTEP_, INNGEST_, file, default", () => {
    const port = (argv: string[], env?: Record<string, string>): unknown =>
      resolve(["dev", ...argv], env).values.get("port");
    expect(port([])).toBe(8288);
    write("everstep.json", '{ "port": 1001 }');
    expect(port([])).toBe(1001);
    expect(port([], { INNGEST_PORT: "1002" })).toBe(1002);
    expect(port([], { INNGEST_PORT: "1002", EVERSTEP_PORT: "1003" })).toBe(1003);
    expect(port(["-p", "1004"], { EVERSTEP_PORT: "1003" })).toBe(1004);
    expect(port(["-p1004"])).toBe(1004);
    expect(port(["-p=1004"])).toBe(1004);
    expect(port(["--port=1004", "--port=1005"])).toBe(1005);
  });

  it("an empty variable counts as unset", () => {
    expect(resolve(["dev"], { EVERSTEP_PORT: "", INNGEST_PORT: "9" }).values.get("port")).toBe(9);
  });

  it("LOG_LEVEL is weaker than the variables of the flag", () => {
    const level = (env: Record<string, string>): unknown =>
      resolve(["dev"], env).values.get("log-level");
    expect(level({ LOG_LEVEL: "WARN" })).toBe("warn");
    expect(level({ LOG_LEVEL: "warn", INNGEST_LOG_LEVEL: "error" })).toBe("error");
  });

  it("lists: repeated flags, commas in variables, lists or commas in files; the stronger replaces the weaker", () => {
    const urls = (argv: string[], env?: Record<string, string>): unknown =>
      resolve(["dev", ...argv], env).values.get("sdk-url");
    write("everstep.yaml", "sdk-url:\n  - http://f1\n  - http://f2\n");
    expect(urls([])).toEqual(["http://f1", "http://f2"]);
    expect(urls([], { INNGEST_SDK_URL: "http://e1, http://e2" })).toEqual([
      "http://e1",
      "http://e2",
    ]);
    expect(urls(["-u", "http://a", "--sdk-url", "http://b"])).toEqual(["http://a", "http://b"]);
    write("everstep.yaml", "urls: http://f1,http://f2\n");
    expect(urls([])).toEqual(["http://f1", "http://f2"]);
  });

  it("switches: flags, =false, words in variables, booleans in files", () => {
    const persist = (argv: string[], env?: Record<string, string>): unknown =>
      resolve(["dev", ...argv], env).values.get("persist");
    expect(persist([])).toBe(false);
    expect(persist(["--persist"])).toBe(true);
    expect(persist([], { INNGEST_PERSIST: "1" })).toBe(true);
    write("inngest.yml", "persist: true");
    expect(persist([])).toBe(true);
    expect(persist(["--persist=false"])).toBe(false);
    expect(persist([], { EVERSTEP_PERSIST: "no" })).toBe(false);
  });

  it("defaults may differ between commands", () => {
    expect(resolve(["dev"]).values.get("host")).toBe("127.0.0.1");
    expect(resolve(["start"]).values.get("host")).toBe("0.0.0.0");
  });
});

describe("every flag", () => {
  it("has two environment variables, unless it describes a single call", () => {
    for (const flag of FLAGS.filter((each) => each.onlyOnLine !== true)) {
      const name = flag.name.toUpperCase().replaceAll("-", "_");
      expect(environmentNames(flag).slice(0, 2)).toEqual([`EVERSTEP_${name}`, `INNGEST_${name}`]);
    }
  });

  it("has a name of its own in words and as a letter", () => {
    const names = FLAGS.map((flag) => flag.name);
    const letters = FLAGS.flatMap((flag) => flag.short ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it("takes its value from a file key of its name", () => {
    for (const flag of FLAGS.filter((each) => each.onlyOnLine !== true && each.name !== "config")) {
      const sample = { switch: "true", number: "9", text: sampleText(flag.name) }[flag.kind];
      write("everstep.json", JSON.stringify({ [flag.name]: sample }));
      const value = resolve([flag.commands[0] ?? "dev"]).values.get(flag.name);
      const parsed = { switch: true, number: 9, text: sample }[flag.kind];
      expect(value).toEqual(flag.many === true ? [parsed] : parsed);
    }
  });
});

describe("configuration files", () => {
  it("the nearest folder wins, everstep.* before inngest.*, then the home directory", () => {
    const found = (): unknown => resolve(["dev"], {}, "a/b").configPath;
    expect(found()).toBeUndefined();
    const steps = [
      "home/.config/inngest/inngest.json",
      "home/.config/everstep/everstep.yml",
      "inngest.yaml",
      "everstep.json",
      "a/inngest.yml",
      "a/b/inngest.json",
      "a/b/everstep.yml",
      "a/b/everstep.yaml",
      "a/b/everstep.json",
    ];
    for (const step of steps) {
      const path = write(step, step.endsWith(".json") ? "{}" : "");
      expect(found()).toBe(path);
    }
  });

  it("--config and its variables name a file", () => {
    const path = write("other/mine.yaml", "port: 7");
    write("everstep.json", '{ "port": 8 }');
    expect(resolve(["dev", "--config", "other/mine.yaml"]).values.get("port")).toBe(7);
    expect(resolve(["dev"], { INNGEST_CONFIG: path }).values.get("port")).toBe(7);
    expect(() => resolve(["dev", "--config", "missing.json"])).toThrow(
      /The configuration file .*missing\.json \(from --config\) does not exist/u,
    );
  });

  it.each([
    ["{ port: ", /everstep\.json cannot be read/u],
    ["[1]", /must hold settings by flag name/u],
    ['{ "prot": 1 }', /"prot" in .*everstep\.json is no setting\. Did you mean port\?/u],
    ['{ "port": [1, 2] }', /"port" in .* is a list, but it takes one value/u],
    ['{ "port": true }', /"port" in .* is true, but it must be a whole number from 0 to 65535/u],
    ['{ "host": {} }', /"host" in .* is \{\}, but it must be a text/u],
    ['{ "data": "{}" }', /"data" in .* is no setting/u],
  ])("%s is refused with the file's name", (text, message) => {
    write("everstep.json", text);
    expect(() => resolve(["dev"])).toThrow(message);
  });

  it("keys of other commands are left alone, keys of missing official commands are noted", () => {
    write("inngest.json", '{ "signing-key": "zz", "api-port": 1, "port": 7 }');
    const { values, notes } = resolve(["dev"]);
    expect(values.get("port")).toBe(7);
    expect(values.has("signing-key")).toBe(false);
    expect(notes).toEqual([expect.stringMatching(/"api-port" in .* has no effect/u)]);
  });
});

describe("flags without effect", () => {
  it("are accepted from every source with one note each", () => {
    write("everstep.json", '{ "no-ui": true }');
    const { notes } = resolve(["dev", "--tick", "150"], { INNGEST_QUEUE_WORKERS: "100" });
    expect(notes).toHaveLength(3);
    expect(notes[0]).toMatch(/^--tick has no effect: /u);
    expect(notes[1]).toMatch(/^INNGEST_QUEUE_WORKERS has no effect: /u);
    expect(notes[2]).toMatch(/^"no-ui" in .* has no effect: /u);
  });

  it.each([["--postgres-uri"], ["--redis-uri"]])("%s says that data goes to SQLite", (flag) => {
    const { notes } = resolve(["start", flag, "postgres://secret"]);
    expect(notes).toEqual([expect.stringContaining("TO SQLITE")]);
    expect(notes.join("")).not.toContain("secret");
  });

  it("cover those of the official CLI", () => {
    const official = [
      "tick queue-workers redis-uri no-ui debug-api-port connect-gateway-port postgres-uri",
      "connect-gateway-grpc-port connect-executor-grpc-port connect-gateway-grpc-ip",
      "connect-executor-grpc-ip postgres-max-idle-conns postgres-max-open-conns",
      "postgres-conn-max-idle-time postgres-conn-max-lifetime system-trace-endpoint",
      "system-trace-url-path",
    ].flatMap((line) => line.split(" "));
    const idle = FLAGS.filter((flag) => flag.withoutEffect !== undefined).map((flag) => flag.name);
    expect(idle.toSorted()).toEqual(official.toSorted());
  });
});

function sampleText(name: string): string {
  const samples: Readonly<Record<string, string>> = {
    "sdk-url": "http://app/api",
    url: "http://server",
    "signing-key": "00ff",
    "log-level": "warn",
  };
  return samples[name] ?? "sample";
}

it("a folder for a dev that keeps everything in memory is a note", () => {
  const folderFlag = ["--sqlite-dir", "data"];
  expect(resolve(["dev", ...folderFlag]).notes).toEqual([
    "--sqlite-dir has no effect without --persist: dev keeps everything in memory.",
  ]);
  expect(resolve(["dev", "--persist", ...folderFlag]).notes).toEqual([]);
  expect(resolve(["start", ...folderFlag]).notes).toEqual([]);
  // Set for `start` as well, in all likelihood.
  expect(resolve(["dev"], { EVERSTEP_SQLITE_DIR: "data" }).notes).toEqual([]);
});

describe("a variable that nobody reads", () => {
  it("is a note when it is nearly one of ours, and nobody's business otherwise", () => {
    const env = {
      EVERSTEP_PROT: "99",
      EVERSTEP_DEV: "1",
      EVERSTEP_BASE_URL: "http://x",
      PROT: "1",
    };
    expect(resolve(["dev"], env).notes).toEqual([
      "EVERSTEP_PROT is no setting. Did you mean EVERSTEP_PORT?",
    ]);
    const ours = Object.fromEntries(FLAGS.flatMap(environmentNames).map((name) => [name, ""]));
    expect(resolve(["dev"], ours).notes).toEqual([]);
  });
});
