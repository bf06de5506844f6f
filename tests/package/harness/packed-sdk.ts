// The package as npm gets it: built and packed as a release does it, but into a folder of the test. And projects that install
// it and nothing else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packPackage } from "../../../build/pack-package.ts";
import { ROOT } from "../../../build/published-package.ts";
import { runProgram } from "./run-program.ts";

export interface PackedSdk {
  readonly tarball: string;
  /** The folder that was packed. */
  readonly folder: string;
  /** A new project that has the package under a name, from the tarball and without network. @returns Its folder. */
  readonly install: (dependencyName: string) => Promise<string>;
  readonly remove: () => void;
}

/** Takes about 3 s. Remove it at the end. @throws when the package cannot be built; then nothing is left. */
export async function packSdk(): Promise<PackedSdk> {
  // Below the root, so that a project finds the frameworks that the workspace has; nearer than the workspace's own link to
  // the SDK it finds the packed one. `dist` is no part of the repository.
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  const home = mkdtempSync(join(ROOT, "dist", "package-test-"));
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  try {
    return { ...(await packInto(home)), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function packInto(home: string): Promise<Omit<PackedSdk, "remove">> {
  const { tarball, folder } = await packPackage("everstep", home);
  return {
    tarball,
    folder,
    install: async (dependencyName) => {
      const project = mkdtempSync(join(home, "project-"));
      const dependencies = { [dependencyName]: `file:../${basename(tarball)}` };
      const manifest = { name: "project", private: true, type: "module", dependencies };
      writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
      await runProgram("npm", ["install", "--offline", "--no-audit", "--no-fund"], project);
      return project;
    },
  };
}
