// Interprets a program over step tools, as user code would run over an SDK.
import type { Json } from "@everstep/protocol";
import type { Program, ProgramNode, SimData } from "./program.ts";

/** How a step is reported; `execute` only for steps that run in the app. */
export interface StepCall {
  readonly id: string;
  readonly op: "StepRun" | "Sleep" | "WaitForEvent" | "InvokeFunction" | "WaitForSignal";
  readonly node: ProgramNode;
  readonly isRaceMode: boolean;
}

export interface ProgramTools {
  readonly data: SimData;
  /** Resolves with the step's result once it is memoised or was executed here. */
  step(call: StepCall): Promise<Json>;
  /** How often this run's execution came to this place before, over all calls. */
  countVisits(id: string): number;
}

/** Programs deeper than this neither send nor invoke: their own sets are bounded. */
const DEPTH_MAX = 1;

export class FunctionError extends Error {
  readonly isRetriable: boolean;

  constructor(message: string, isRetriable: boolean) {
    super(message);
    this.name = "FunctionError";
    this.isRetriable = isRetriable;
  }
}

export async function runProgram(program: Program, tools: ProgramTools): Promise<Json> {
  const results: Json[] = [];
  await runNodes(program, { tools, results, isRaceMode: false });
  return { results };
}

interface Scope {
  readonly tools: ProgramTools;
  readonly results: Json[];
  readonly isRaceMode: boolean;
}

async function runNodes(nodes: Program, scope: Scope): Promise<void> {
  for (const node of nodes) await runNode(node, scope);
}

async function runNode(node: ProgramNode, scope: Scope): Promise<void> {
  const { tools, results } = scope;
  switch (node.kind) {
    case "parallel":
      return runParallel(node, scope);
    case "loop":
      for (let round = 0; round < node.times; round += 1) await runNodes(node.body, scope);
      return;
    case "try":
      try {
        await runNodes(node.body, scope);
      } catch (error) {
        // How often the function threw is no step's result: were it caught, the next call would take another way.
        if (error instanceof FunctionError) throw error;
        await runNodes(node.handler, scope);
      }
      return;
    case "throw":
      if (tools.countVisits(node.id) >= node.times) return;
      throw new FunctionError(`thrown at ${node.id}`, node.isRetriable);
    default: {
      const op = opOf(node, tools.data);
      results.push(await tools.step({ id: node.id, op, node, isRaceMode: scope.isRaceMode }));
    }
  }
}

type LeafNode = Exclude<ProgramNode, { kind: "parallel" | "loop" | "try" | "throw" }>;

function opOf(node: LeafNode, data: SimData): StepCall["op"] {
  switch (node.kind) {
    case "run":
    case "send":
      return "StepRun";
    case "sleep":
      return "Sleep";
    case "wait":
      return "WaitForEvent";
    case "signal":
      return "WaitForSignal";
    case "invoke":
      return isDeep(data) ? "StepRun" : "InvokeFunction";
  }
}

/** Runs for events of the engine itself are deep: one for a failed run could set off the next one for ever. */
export function isDeep(data: SimData): boolean {
  return typeof data.depth !== "number" || data.depth >= DEPTH_MAX;
}

async function runParallel(
  node: Extract<ProgramNode, { kind: "parallel" }>,
  scope: Scope,
): Promise<void> {
  const isRaceMode = node.isRaceMode || scope.isRaceMode;
  const branches = node.branches.map((branch) => runNodes(branch, { ...scope, isRaceMode }));
  switch (node.join) {
    case "all":
      await Promise.all(branches);
      return;
    case "race":
      await Promise.race(branches);
      return;
    case "settled": {
      const ends = await Promise.allSettled(branches);
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
  }
}
