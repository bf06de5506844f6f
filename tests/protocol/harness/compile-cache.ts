// Compiled code that the engine and the apps under test share between starts: a fresh process compiles everything again
// otherwise, and writes its cache when it ends.
import { fileURLToPath } from "node:url";

export const COMPILE_CACHE: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: fileURLToPath(
    new URL("../../../node_modules/.cache/everstep-protocol", import.meta.url),
  ),
};
