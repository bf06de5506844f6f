// Builds and packs one published package exactly as a release does, into a folder of the caller's choice.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./published-package.ts";

const run = promisify(execFile);

/** Folders under packages/ whose builds npm gets, by the names they have there. */
export const PUBLISHED = {
  everstep: "sdk",
  "everstep-cli": "cli",
  "@everstep/embedded": "embedded",
} as const;
export type PublishedName = keyof typeof PUBLISHED;

export interface PackedPackage {
  readonly name: PublishedName;
  /** Absolute path of the `.tgz`. */
  readonly tarball: string;
  /** The folder that was packed. */
  readonly folder: string;
}

/**
 * @param destination Absolute path of an existing folder. The build is left beside the tarball.
 * @throws when the package cannot be built, with what the tool printed.
 */
export async function packPackage(
  name: PublishedName,
  destination: string,
): Promise<PackedPackage> {
  const source = PUBLISHED[name];
  const folder = join(destination, source);
  const tsdown = join(ROOT, "node_modules", "tsdown", "dist", "run.mjs");
  const cwd = join(ROOT, "packages", source);
  // npm's own settings (npm_config_…) that `npm run` hands down would reach into the inner npm.
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" };
  await run(process.execPath, [tsdown, "--out-dir", folder], { cwd, env });
  const { stdout } = await run("npm", ["pack", folder, "--json"], { cwd: destination, env });
  const [{ filename } = { filename: "" }] = JSON.parse(stdout) as { readonly filename: string }[];
  return { name, folder, tarball: join(destination, filename) };
}
