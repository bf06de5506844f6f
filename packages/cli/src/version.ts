// The version that this installation has.
import { createRequire } from "node:module";

export function everstepVersion(): string {
  // By its own name, not by a path: the published package has its files in other places.
  const manifest = createRequire(import.meta.url)("everstep-cli/package.json") as {
    readonly version: string;
  };
  return manifest.version;
}
