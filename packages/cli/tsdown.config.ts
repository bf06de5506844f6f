// Builds what npm gets: packages/cli/dist is a package of its own with everything inside: server, engine, store, dashboard
// and the packages that they use. It has the command and no exports; the workspace runs from src and never needs it.
// docs/decisions/0013-published-packages.md says why it is made so.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig } from "tsdown";
import { createBundledLicences } from "../../build/bundled-licences.ts";
import { ROOT, writePublishedPackage } from "../../build/published-package.ts";

const DASHBOARD = join(ROOT, "packages/server/dist/dashboard");
const DASHBOARD_LICENCES = "third-party-licences.md";
const licences = createBundledLicences();

export default defineConfig({
  entry: {
    main: "src/main.ts",
    "parse-yaml": "src/parse-yaml.ts",
    "writer-thread": "../store-sqlite/src/writer-thread.ts",
  },
  outDir: "dist",
  format: "esm",
  target: "node22.18",
  platform: "node",
  fixedExtension: false,
  failOnWarn: true,
  dts: false,
  // A command that is one package: nothing to resolve, and it starts on what it was tested with.
  deps: { alwaysBundle: [/./], neverBundle: [/^node:/], onlyBundle: false },
  plugins: [licences.plugin],
  outputOptions: { chunkFileNames: "chunks/[name].js" },
  hash: false,
  publint: false,
  hooks: { "build:done": ({ options: { outDir } }) => writeCommand(outDir) },
});

function writeCommand(built: string): void {
  mkdirSync(join(built, "bin"), { recursive: true });
  cpSync(join(import.meta.dirname, "bin/everstep.js"), join(built, "bin/everstep.js"));
  chmodSync(join(built, "bin/everstep.js"), 0o755);
  copyDashboard(join(built, "dashboard"));
  writePublishedPackage(import.meta.dirname, built, {
    engines: { node: ">=22.18" },
    bin: { everstep: "bin/everstep.js" },
    exports: { "./package.json": "./package.json" },
    imports: {
      "#main": "./main.js",
      "#parse-yaml": "./parse-yaml.js",
      "#writer-thread": "./writer-thread.js",
      "#dashboard/*": "./dashboard/*",
    },
  });
  const inDashboard = readFileSync(join(DASHBOARD, DASHBOARD_LICENCES), "utf8");
  const text = `${licences.text()}\n\nIn the dashboard:\n\n${inDashboard}`;
  writeFileSync(join(built, "THIRD-PARTY-LICENSES"), text);
}

function copyDashboard(folder: string): void {
  const build = join(ROOT, "packages/dashboard/build/build-when-stale.ts");
  execFileSync(process.execPath, [build], { stdio: ["ignore", "ignore", "inherit"] });
  const isPage = (file: string): boolean =>
    !basename(file).startsWith(".") && basename(file) !== DASHBOARD_LICENCES;
  cpSync(DASHBOARD, folder, { recursive: true, filter: isPage });
}
