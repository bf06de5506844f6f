// The line must survive a real shell, so a real shell reads it.
// The copied curl does what the page would do, whatever the payload holds.
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { curlOf } from "./curl-of.ts";

it("a shell passes the payload on as it is, whatever it holds", () => {
  const body = { name: "a", data: { text: `'; touch x; echo '$(id)\`id\`\n"\\` } };
  const line = curlOf(body, "http://127.0.0.1:8288");
  // The arguments that a shell makes of it, one a line, with `curl` standing for a printer.
  const script = `curl() { for each; do printf '%s\\0' "$each"; done; }; ${line}`;
  const given = execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0");
  expect(given.slice(0, 3)).toEqual(["-X", "POST", "http://127.0.0.1:8288/e/dev"]);
  expect(JSON.parse(given[6] ?? "")).toEqual(body);
});
