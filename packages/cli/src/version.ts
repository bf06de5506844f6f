// The version that this installation has.
import { readFileSync } from "node:fs";

export function everstepVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
