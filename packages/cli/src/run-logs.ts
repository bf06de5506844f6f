// What a run's logger wrote, for `everstep run ID --logs`: read page by page, printed a line each, with the step that wrote it.
import { asObject, type ApiClient } from "./api-client.ts";
import { printable } from "./printable.ts";
import { timeText } from "./time-text.ts";

const PAGE_LINES = 1_000;
const LEVEL_COLUMNS = 5;

export type RunLog = Readonly<Record<string, unknown>>;

/** All lines, oldest first; those of a step have its name as `step`. */
export async function readRunLogs(client: ApiClient, runId: string): Promise<readonly RunLog[]> {
  const lines = await readLines(client, runId);
  if (!lines.some(({ stepId }) => stepId !== undefined)) return lines;
  const trace = await client.find(`/v2/runs/${encodeURIComponent(runId)}/trace`);
  const names = new Map(namesIn(asObject(asObject(trace)["rootSpan"])));
  return lines.map((line) => {
    const step = names.get(line["stepId"]);
    return step === undefined ? line : { ...line, step };
  });
}

/** Ids of steps with their names. An attempt has the id of its step, and may have another name. */
function namesIn(span: Readonly<Record<string, unknown>>): (readonly [unknown, string])[] {
  const { kind, stepId, name, children } = span;
  const own = kind === "STEP" && stepId !== undefined ? [[stepId, String(name)] as const] : [];
  const below = Array.isArray(children) ? (children as readonly unknown[]) : [];
  return [...own, ...below.flatMap((child) => namesIn(asObject(child)))];
}

async function readLines(client: ApiClient, runId: string): Promise<readonly RunLog[]> {
  const path = `/v2/runs/${encodeURIComponent(runId)}/logs?limit=${PAGE_LINES}`;
  const lines: RunLog[] = [];
  for (;;) {
    const last = positionOf(lines.at(-1));
    const page = await client.find(last === undefined ? path : `${path}&cursor=${last}`);
    const rows = Array.isArray(page) ? (page as readonly unknown[]).map(asObject) : [];
    lines.push(...rows);
    // A position that stays the same would be asked for again and again.
    if (rows.length < PAGE_LINES || positionOf(lines.at(-1)) === last) return lines;
  }
}

function positionOf(line: RunLog | undefined): number | undefined {
  const position = line?.["position"];
  return typeof position === "number" ? position : undefined;
}

export function runLogsText(lines: readonly RunLog[]): string {
  if (lines.length === 0) {
    return "\nlogs\n  nothing was logged, or not by an app on the everstep SDK\n";
  }
  return `\nlogs\n${lines.map((line) => `  ${lineText(line)}\n`).join("")}`;
}

function lineText({ at, level, message, fields, attempt, step }: RunLog): string {
  const atMs = Date.parse(String(at));
  const ms = String(Math.max(0, atMs % 1_000) || 0).padStart(3, "0");
  const parts = [
    `${timeText(atMs)}.${ms}`,
    String(level).toLowerCase().padEnd(LEVEL_COLUMNS),
    ...(typeof step === "string" ? [`[${step}]`] : []),
    String(message),
    ...(fields === undefined ? [] : [JSON.stringify(fields)]),
    ...(typeof attempt === "number" && attempt > 0 ? [`(attempt ${attempt + 1})`] : []),
  ];
  return printable(parts.join("  "));
}
