// The browser of the npm package @sparticuz/chromium, driven by playwright-core: no download, no Debian package. It is
// unpacked once per version into the temp folder; where the system lacks NSS or fonts, those of the package are used.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BrowserServer, LaunchOptions } from "playwright-core";

/** Other flags of the package serve cloud functions; some of them (`--disable-web-security`) would hide faults here. */
const ARGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];

/** To be connected to by its `wsEndpoint()`. */
export async function launchBrowser(): Promise<BrowserServer> {
  const folder = await unpack();
  const { chromium } = await import("playwright-core");
  const options: LaunchOptions = {
    executablePath: join(folder, "chromium"),
    headless: true,
    args: ARGS,
    env: environment(folder, {}),
  };
  try {
    return await chromium.launchServer(options);
  } catch (error) {
    if (!String(error).includes("shared librar")) throw error;
    const libraries = { LD_LIBRARY_PATH: join(folder, "al2023", "lib") };
    return chromium.launchServer({ ...options, env: environment(folder, libraries) });
  }
}

function environment(folder: string, more: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = { ...more };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) env[name] ??= value;
  }
  if (!existsSync("/usr/share/fonts")) env["FONTCONFIG_PATH"] ??= join(folder, "fonts");
  return env;
}

/** The package unpacks into TMPDIR and takes half-written files for whole ones, so it works in a folder of its own. */
async function unpack(): Promise<string> {
  const main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const root = join(dirname(main), "..");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const folder = join(tmpdir(), `everstep-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (existsSync(folder)) return folder;
  const { default: chromium, inflate } = await import("@sparticuz/chromium");
  const unfinished = mkdtempSync(`${folder}-`);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = unfinished;
  try {
    await chromium.executablePath();
    await inflate(join(root, "bin", "al2023.tar.br"));
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  mkdirSync(dirname(folder), { recursive: true });
  try {
    renameSync(unfinished, folder);
  } catch {
    // Another process was faster.
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
