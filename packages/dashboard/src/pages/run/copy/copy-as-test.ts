// A test file that does a run again: the same event on an engine in memory, with the outcome that was recorded. Pure.
// Invariant: it is valid TypeScript whatever the payload holds, and nothing of the payload is code.
import type { RunStatusValue } from "@everstep/api";
import type { SentEvent } from "./copy-as-curl.ts";
import { inertJson } from "./inert-json.ts";

export interface TestedRun {
  readonly id: string;
  readonly status: RunStatusValue;
  /** Without the app's name. */
  readonly functionId: string;
  readonly event: SentEvent | undefined;
  readonly output: unknown;
  readonly errorMessage: string | undefined;
}

const RESERVED: ReadonlySet<string> = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof var void while with yield arguments eval engine run ids it expect"
  ).split(" "),
);

export function copyAsTest(run: TestedRun): string {
  const name = identifierOf(run.functionId);
  const isSent = run.event !== undefined && !run.event.name.startsWith("inngest/");
  const title = `${run.functionId}: ${isSent ? (run.event?.name ?? "") : "invoked"}`;
  return [
    `// Does run ${run.id} again, on an engine in memory. It was ${run.status.toLowerCase()}.`,
    `import { createEngine } from "@everstep/embedded";`,
    `import { expect, it } from "vitest";`,
    `import { ${name} } from ${inertJson(`./${fileNameOf(run.functionId)}.ts`)};`,
    ``,
    `it(${inertJson(title)}, async () => {`,
    `  const options = { functions: [${name}], data: ":memory:", retryInterval: 1 };`,
    `  await using engine = await createEngine(options).start();`,
    ``,
    ...(isSent ? sendLines(run.event) : invokeLines(name, run.event)),
    ``,
    ...outcomeLines(run),
    `});`,
    ``,
  ].join("\n");
}

function sendLines(event: SentEvent | undefined): readonly string[] {
  return [
    `  const { ids } = await engine.send(${literal({ name: event?.name, data: event?.data ?? {} })});`,
    `  const [run] = await engine.runsOf(ids[0] ?? "");`,
  ];
}

function invokeLines(name: string, event: SentEvent | undefined): readonly string[] {
  return [`  const run = await engine.startRun(${name}, ${literal({ data: event?.data ?? {} })});`];
}

function outcomeLines({ status, output, errorMessage }: TestedRun): readonly string[] {
  if (status === "COMPLETED") {
    return [`  expect(await run?.result()).toEqual(${literal(output ?? null)});`];
  }
  if (status === "FAILED" && errorMessage !== undefined) {
    return [
      `  // What happened: turn it into what should happen.`,
      `  await expect(run?.result()).rejects.toThrow(${literal(errorMessage)});`,
    ];
  }
  return [
    `  // It had no result. Say what should come of it:`,
    `  expect(await run?.result()).toBeDefined();`,
  ];
}

/** In an object literal `"__proto__": …` would set the prototype; a computed key is an ordinary member. */
function literal(value: unknown): string {
  return inertJson(value, 2)
    .replace(/^(\s*)"__proto__": /gm, '$1["__proto__"]: ')
    .replaceAll("\n", "\n  ");
}

function identifierOf(functionId: string): string {
  const words = functionId.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const camel = words
    .map((word, index) => (index === 0 ? word : `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`))
    .join("");
  if (camel === "" || /^\d/.test(camel) || RESERVED.has(camel)) return `fn${camel}`;
  return camel;
}

function fileNameOf(functionId: string): string {
  return functionId.replace(/[^A-Za-z0-9._-]+/g, "-");
}
