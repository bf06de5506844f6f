// Programs that a test runs to their end, with the environment of somebody who knows nothing of this test run.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
// npm's own settings (npm_config_…) that `npm test` hands down would reach into the inner npm.
const ENVIRONMENT = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  NO_COLOR: "1",
  NEXT_TELEMETRY_DISABLED: "1",
} as NodeJS.ProcessEnv;

/** Runs this Node. @returns What it printed. @throws with that when it fails. */
export function runNode(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return runProgram(process.execPath, argv, cwd, env);
}

/** @returns What it printed. @throws with that when it fails. */
export async function runProgram(
  program: string,
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, argv, { cwd, env: { ...ENVIRONMENT, ...env } });
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${argv.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
