// The package as npm gets it: built and packed as a release does it, but into a folder of the test. And projects that install
// it and nothing else.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));

const run = promisify(execFile);
// npm's own settings (npm_config_…) that `npm test` hands down would reach into the inner npm.
const ENVIRONMENT = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  NO_COLOR: "1",
  NEXT_TELEMETRY_DISABLED: "1",
} as NodeJS.ProcessEnv;

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
  const folder = join(home, "build");
  const tsdown = join(ROOT, "node_modules", "tsdown", "dist", "run.mjs");
  await runNode([tsdown, "--out-dir", folder], join(ROOT, "packages", "sdk"));
  await npm(["pack", folder, "--pack-destination", home], home);
  const tarball = readdirSync(home).find((file) => file.endsWith(".tgz"));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${home}`);
  return {
    tarball: join(home, tarball),
    folder,
    install: async (dependencyName) => {
      const project = mkdtempSync(join(home, "project-"));
      const dependencies = { [dependencyName]: `file:../${tarball}` };
      const manifest = { name: "project", private: true, type: "module", dependencies };
      writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
      await npm(["install", "--offline", "--no-audit", "--no-fund"], project);
      return project;
    },
  };
}

/** Runs this Node. @returns What it printed. @throws with that when it fails. */
export async function runNode(argv: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout, stderr } = await run(process.execPath, argv, { cwd, env: ENVIRONMENT });
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`node ${argv.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

async function npm(argv: readonly string[], cwd: string): Promise<void> {
  await run("npm", argv, { cwd, env: ENVIRONMENT });
}
