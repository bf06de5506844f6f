// Builds the dashboard when its sources have changed since the last build; `npm start` and the browser tests come by
// here. What was built is known by a digest of the input files, kept beside the output: file times do not survive git.
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "..");
const STAMP = join(ROOT, "../server/dist/dashboard/.stamp");
const INPUTS = ["src/**/*", "public/*", "index.html", "package.json", "vite.config.ts"];

const wanted = digestOfInputs();
if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== wanted) {
  // Whoever asks (a test runner says "test"): React's own checks belong to nobody's page.
  process.env["NODE_ENV"] = "production";
  process.stdout.write("Building the dashboard …\n");
  await build({ root: ROOT, configFile: join(ROOT, "vite.config.ts"), logLevel: "warn" });
  writeFileSync(STAMP, wanted);
}

function digestOfInputs(): string {
  const files = globSync(INPUTS, { cwd: ROOT }).filter((file) =>
    statSync(join(ROOT, file)).isFile(),
  );
  const hash = createHash("sha256");
  for (const file of [...files.toSorted(), "../../package-lock.json"]) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}
