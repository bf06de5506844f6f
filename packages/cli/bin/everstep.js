#!/usr/bin/env node
// The command's first file. Plain JavaScript that parses on any Node since 14, because its one job is to find out whether
// this Node can run the rest. A Node that is too old hands over to the `node` npm package when that is installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// The first version that has node:sqlite and runs the TypeScript sources of a clone, both without a flag.
const NEEDED = [22, 18, 0];

function isOldNode(version) {
  const parts = version.split(".").map(Number);
  const different = NEEDED.findIndex((needed, index) => parts[index] !== needed);
  return different !== -1 && parts[different] < NEEDED[different];
}

function findNewerNode() {
  const require = createRequire(import.meta.url);
  try {
    const path = join(dirname(require.resolve("node/package.json")), "bin", "node");
    return existsSync(path) && !isOldNode(require("node/package.json").version) ? path : undefined;
  } catch {
    return undefined;
  }
}

function handOver(path) {
  const self = fileURLToPath(import.meta.url);
  const child = spawn(path, [self, ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  // A terminal sends Ctrl-C to both of us, `kill` to this process only. The command takes two signals that come at once
  // for one, so all are passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => {
    process.stderr.write(`everstep: ${path} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code) => {
    process.exitCode = code === null ? 1 : code;
  });
}

if (isOldNode(process.versions.node)) {
  const path = findNewerNode();
  if (path === undefined) {
    process.stderr.write(
      `everstep needs Node.js ${NEEDED.join(".")} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
        "Get a newer one for this project only:  npm install --save-dev node@24\n" +
        "or for the whole machine:               https://nodejs.org/en/download\n",
    );
    process.exitCode = 1;
  } else {
    handOver(path);
  }
} else {
  // Node 22 calls its SQLite experimental. Whoever starts a server can do nothing about it.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...more) => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) {
      emitWarning(warning, ...more);
    }
  };
  // Halves the time to start (0.9 s of CPU to 0.5 s). Under the home directory: what others can write must not be run.
  const cacheDir = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const { enableCompileCache } = await import("node:module");
  // In the environment too, for the thread that writes the database: without it, that thread transpiles on its own.
  process.env.NODE_COMPILE_CACHE ||= join(cacheDir, "everstep");
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  const { main, processIo } = await import("#main");
  process.exitCode = await main(process.argv.slice(2), processIo());
  // After a failure something may still be open. It gets a moment to write its last lines, not the power to hang.
  if (process.exitCode !== 0) setTimeout(() => process.exit(), 1000).unref();
}
