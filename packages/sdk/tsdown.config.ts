// Builds what npm gets: packages/sdk/dist is a package of its own (ESM and .d.ts, one entry a subpath, no dependencies), made
// by `npm run build` and packed by `npm run pack` at the root. The workspace runs from src and never needs it.
// docs/decisions/0007-sdk-build.md says why it is made so.
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
  entry: listEntries(manifest),
  outDir: "dist",
  format: "esm",
  // What Node 20 runs, and bundlers of edge runtimes read.
  target: "es2022",
  // No runtime in particular. Which entries may import a Node module is held by tests/package.
  platform: "neutral",
  failOnWarn: true,
  // oxc takes the written types of every export, so no compiler's interface is needed (TypeScript 7 offers none yet).
  dts: { oxc: true },
  // Whoever installs the SDK installs one package. The licences of what is inside are written beside it.
  deps: {
    alwaysBundle: [/^@noble\/hashes\//],
    onlyBundle: ["@noble/hashes"],
    neverBundle: [/^node:/],
  },
  plugins: [licences.plugin],
  outputOptions: { chunkFileNames: "chunks/[name].js" },
  hash: false,
  publint: false,
  hooks: {
    "build:done": ({ options: { outDir } }) => {
      writePublishedPackage(import.meta.dirname, outDir, {
        engines: { node: ">=20" },
        sideEffects: false,
        exports: builtExports(manifest),
      });
      writeFileSync(join(outDir, "THIRD-PARTY-LICENSES"), licences.text());
    },
  },
});
