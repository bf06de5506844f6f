// Builds what npm gets: packages/embedded/dist is a package of its own with the engine and the store inside, made by
// `npm run build`. Outside is only `everstep`, the SDK of the app: functions and engine must be of one copy.
// docs/decisions/0013-published-packages.md says why it is made so.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "tsdown";
import { createBundledLicences } from "../../build/bundled-licences.ts";
import {
  builtExports,
  listEntries,
  readWorkspaceManifest,
  writePublishedPackage,
} from "../../build/published-package.ts";

const manifest = readWorkspaceManifest(import.meta.dirname);
const licences = createBundledLicences();

export default defineConfig({
  entry: { ...listEntries(manifest), "writer-thread": "../store-sqlite/src/writer-thread.ts" },
  outDir: "dist",
  format: "esm",
  target: "node22.18",
  platform: "node",
  fixedExtension: false,
  failOnWarn: true,
  dts: { oxc: true, entry: ["src/index.ts"] },
  deps: {
    alwaysBundle: [/^@everstep\//],
    neverBundle: [/^node:/, /^everstep(\/|$)/],
    onlyBundle: ["@marcbachmann/cel-js", "croner", "undici"],
  },
  plugins: [licences.plugin],
  outputOptions: { chunkFileNames: "chunks/[name].js" },
  hash: false,
  publint: false,
  hooks: {
    "build:done": ({ options: { outDir } }) => {
      writePublishedPackage(import.meta.dirname, outDir, {
        engines: { node: ">=22.18" },
        exports: builtExports(manifest),
        imports: { "#writer-thread": "./writer-thread.js" },
      });
      writeFileSync(join(outDir, "THIRD-PARTY-LICENSES"), licences.text());
    },
  },
});
