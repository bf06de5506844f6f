// What the banner tells: addresses, what happens to the data, how apps connect.
import { describe, expect, it } from "vitest";
import { bannerText, type BannerFacts } from "./banner.ts";
import { parseCommandLine } from "./command-line.ts";
import { toServeSettings } from "./serve-settings.ts";
import { resolveSettings } from "./settings.ts";

function banner(argv: readonly string[], port = 8288): string {
  const io = { env: {}, cwd: "/nowhere", homeDir: "/nowhere/home" };
  const settings = toServeSettings(resolveSettings(parseCommandLine(argv), io), io.cwd);
  const dataPath = settings.dataDir === undefined ? undefined : `${settings.dataDir}/main.db`;
  const facts: BannerFacts = {
    server: { url: `http://127.0.0.1:${port}`, port, dataPath },
    settings,
    version: "1.2.3",
    startedInMs: 42,
    cwd: io.cwd,
    configPath: undefined,
    command: "npx everstep",
  };
  return bannerText(facts);
}

const KEYS = ["--signing-key", "00ff", "--event-key", "secret-event-key"];

describe("banner", () => {
  it("dev: in memory, this machine only, how to connect and to send", () => {
    const text = banner(["dev"]);
    expect(text).toContain("everstep dev 1.2.3, ready in 42 ms");
    expect(text).toContain("http://127.0.0.1:8288  (this machine only)");
    expect(text).toContain("in memory: runs are lost when this stops (keep them with --persist)");
    expect(text).toMatch(/In your app +INNGEST_DEV=1$/mu);
    expect(text).toContain(`everstep send test/hello --data '{"name":"Ada"}'`);
    expect(text).toMatch(/Dashboard +open http:\/\/127\.0\.0\.1:8288 in a browser$/mu);
    expect(text).toMatch(
      /Send +npx everstep send .*\n +Look +npx everstep runs {3}npx everstep run ID$/mu,
    );
    expect(text).toContain("looking on the usual local ports");
  });

  it("dev --persist names the file", () => {
    expect(banner(["dev", "--persist"])).toContain(".everstep/main.db: durable");
    expect(banner(["dev", "--persist", "--sqlite-dir", "/data"])).toContain(
      "/data/main.db: durable",
    );
  });

  it("a port that was taken is said, and used in every hint", () => {
    const text = banner(["dev"], 8290);
    expect(text).toContain("Port 8288 is in use, so this server took 8290.");
    expect(text).toContain("INNGEST_DEV=http://127.0.0.1:8290");
    expect(text).toContain("everstep runs --url http://127.0.0.1:8290");
    expect(banner(["dev", "--port", "0"], 8290)).not.toContain("is in use");
  });

  it("dev beyond this machine warns", () => {
    expect(banner(["dev", "--host", "0.0.0.0"])).toContain("listening on 0.0.0.0 WITHOUT KEYS");
  });

  it("start: the file, the base URL, and no key in sight", () => {
    const text = banner(["start", ...KEYS, "-u", "http://app/api/inngest"]);
    expect(text).toContain("everstep start 1.2.3");
    expect(text).toContain(".everstep/main.db: durable, everstep start goes on from it");
    expect(text).toContain("INNGEST_BASE_URL=http://127.0.0.1:8288 INNGEST_SIGNING_KEY=…");
    expect(text).toContain("http://app/api/inngest");
    expect(text).toContain("in a browser  (it asks for the signing key)");
    expect(text).not.toContain("00ff");
    expect(text).not.toContain("secret-event-key");
  });
});
