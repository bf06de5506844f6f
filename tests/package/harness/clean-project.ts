// A project far from this repository that has the published packages and nothing else: what one of them does not carry, it
// does not find. Installed without network, so that nothing can come from anywhere else.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  packPackage,
  PUBLISHED,
  type PackedPackage,
  type PublishedName,
} from "../../../build/pack-package.ts";
import { runProgram } from "./run-program.ts";

export interface CleanProject {
  readonly folder: string;
  readonly packed: ReadonlyMap<PublishedName, PackedPackage>;
  /** Writes a file. @returns Its absolute path. */
  readonly write: (name: string, text: string) => string;
  /** The command's file, as npm links it. */
  readonly command: string;
  readonly remove: () => void;
}

/** Takes about 10 s, and 10 more when the dashboard has changed. Remove it at the end. */
export async function createCleanProject(): Promise<CleanProject> {
  const home = mkdtempSync(join(tmpdir(), "everstep-package-"));
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  try {
    return { ...(await installInto(home)), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function installInto(home: string): Promise<Omit<CleanProject, "remove">> {
  const names = Object.keys(PUBLISHED) as PublishedName[];
  const packed = new Map<PublishedName, PackedPackage>();
  for (const name of names) packed.set(name, await packPackage(name, home));
  const folder = mkdtempSync(join(home, "project-"));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const dependencies = Object.fromEntries(
    [...packed].map(([name, { tarball }]) => [name, `file:${tarball}`]),
  );
  write("package.json", JSON.stringify({ name: "project", private: true, dependencies }));
  await runProgram("npm", ["install", "--offline", "--no-audit", "--no-fund"], folder);
  return { folder, packed, write, command: join(folder, "node_modules/.bin/everstep") };
}
