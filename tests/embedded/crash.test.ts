// The embedded mode across processes: what was recorded survives kill -9, and one process at a time owns a file.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
const STEPS = 40;
const SUM = (STEPS * (STEPS - 1)) / 2;

let directory: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "everstep-embedded-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

interface Life {
  readonly lines: string[];
  /** Ends when the process ends. */
  readonly exited: Promise<unknown>;
  kill(): void;
}

/** @param onLine Sees each line as it comes. */
function live(
  mode: "start" | "resume" | "hold",
  onLine: (line: string, life: Life) => void = () => {},
): Life {
  const child = spawn(process.execPath, [WORKER, join(directory, "main.db"), mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const exited = Promise.all([once(child, "exit"), once(reader, "close")]);
  const life: Life = { lines, exited, kill: () => child.kill("SIGKILL") };
  reader.on("line", (line) => {
    lines.push(line);
    onLine(line, life);
  });
  return life;
}

function executions(lives: readonly Life[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { lines } of lives) {
    for (const line of lines.filter((each) => each.startsWith("ran "))) {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return counts;
}

it("after kill -9 in the middle, twice, runs go on and no recorded step is executed again", async () => {
  const killAt = (count: number) => {
    let ran = 0;
    return (line: string, life: Life): void => {
      if (line.startsWith("ran ") && ++ran === count) life.kill();
    };
  };
  const first = live("start", killAt(45));
  await first.exited;
  expect(first.lines).toContain("sent");
  const second = live("resume", killAt(30));
  await second.exited;
  const third = live("resume");
  await third.exited;
  expect(third.lines.at(-1)).toBe("stopped");
  const results = third.lines.filter((line) => line.startsWith("result "));
  expect(results).toHaveLength(3);
  for (const line of results) expect(line).toMatch(new RegExp(` ${SUM}$`));

  const counts = executions([first, second, third]);
  expect(counts.size).toBe(3 * STEPS);
  // A step begins only when the one before it is durable, so of each run only the last step before a kill may run again.
  for (const name of ["a", "b", "c"]) {
    const lastOf = ({ lines }: Life): string | undefined =>
      lines.findLast((line) => line.startsWith(`ran ${name} `));
    const mayRepeat = new Set([lastOf(first), lastOf(second)]);
    for (const [line, count] of counts) {
      if (line.startsWith(`ran ${name} `) && !mayRepeat.has(line))
        expect([line, count]).toEqual([line, 1]);
    }
  }
});

it("a second process on the file is refused by name, and gets it when the first has died", async () => {
  const second: Life[] = [];
  const first = live("hold", (line, life) => {
    if (line !== "ready") return;
    const other = live("resume");
    second.push(other);
    void other.exited.then(life.kill);
  });
  await first.exited;
  const refusal = /^refused The database ".*main\.db" is in use by process \d+\. Stop it/;
  expect(second[0]?.lines).toEqual([expect.stringMatching(refusal)]);
  const third = live("resume");
  await third.exited;
  expect(third.lines).toEqual(["ready", "stopped"]);
});
