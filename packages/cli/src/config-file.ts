// Finds and reads the configuration file: everstep.* or inngest.*, from the working directory upward, then in the home
// directory's .config. The first one found is the only one read.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import type { Io } from "./io.ts";
import type * as yaml from "./parse-yaml.ts";
import { UsageError } from "./usage-error.ts";

export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  readonly values: ReadonlyMap<string, unknown>;
}

const PRODUCTS = ["everstep", "inngest"] as const;
const EXTENSIONS = ["json", "yaml", "yml"] as const;

/**
 * @param named Path from --config or its environment variable, relative to the working directory.
 * @throws UsageError when the named file is missing, or a file is no object of settings.
 */
export function readConfigFile(
  io: Pick<Io, "cwd" | "homeDir">,
  named: string | undefined,
): ConfigFile | undefined {
  if (named === undefined) {
    const found = candidatePaths(io).find((path) => existsSync(path));
    return found === undefined ? undefined : readFile(found);
  }
  const path = resolve(io.cwd, named);
  if (!existsSync(path)) {
    throw new UsageError(`The configuration file ${path} (from --config) does not exist.`);
  }
  return readFile(path);
}

function candidatePaths(io: Pick<Io, "cwd" | "homeDir">): readonly string[] {
  const names = PRODUCTS.flatMap((product) =>
    EXTENSIONS.map((extension) => `${product}.${extension}`),
  );
  const upward = foldersUpward(io.cwd).flatMap((folder) => names.map((name) => join(folder, name)));
  const atHome = PRODUCTS.flatMap((product) =>
    EXTENSIONS.map((extension) => join(io.homeDir, ".config", product, `${product}.${extension}`)),
  );
  return [...upward, ...atHome];
}

function foldersUpward(start: string): readonly string[] {
  const folders: string[] = [];
  let folder = start;
  for (;;) {
    folders.push(folder);
    const parent = dirname(folder);
    if (parent === folder) {
      return folders;
    }
    folder = parent;
  }
}

/** Loaded only when a YAML file is there: it is 12 MB and 50 ms that most starts need not pay. */
function parseYaml(text: string): unknown {
  const require = createRequire(import.meta.url);
  const { parseYaml: parse } = require("#parse-yaml") as typeof yaml;
  return parse(text);
}

function readFile(path: string): ConfigFile {
  let content: unknown;
  try {
    const text = readFileSync(path, "utf8");
    content = extname(path) === ".json" ? JSON.parse(text) : parseYaml(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The configuration file ${path} cannot be read: ${reason}`);
  }
  // An empty YAML file is null: nothing is set.
  if (content === null || content === undefined) {
    return { path, values: new Map() };
  }
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new UsageError(
      `The configuration file ${path} must hold settings by flag name, such as "port": 8288.`,
    );
  }
  return { path, values: new Map(Object.entries(content)) };
}
