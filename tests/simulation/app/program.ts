// The programs that simulated apps run: small trees of steps. What a program does depends only on its event and on the
// results of its steps, as the protocol asks of every function.
import type { Json } from "@everstep/protocol";

/** What the data of simulated events hold; events of the engine itself may lack all of it. */
export interface SimData {
  /** Correlates events with each other. */
  readonly k?: Json;
  readonly n?: Json;
  /** How many programs stand between this event and a client: bounds what programs may set off. */
  readonly depth?: Json;
}

export type MatchRule =
  | { readonly form: "any" }
  | { readonly form: "same_k" }
  | { readonly form: "n_above"; readonly value: number }
  | { readonly form: "same_k_and_n_above"; readonly value: number };

export interface RunNode {
  readonly kind: "run";
  readonly id: string;
  readonly durationMs: number;
  /** The first executions in a run throw. */
  readonly failures: number;
  /** It throws an error that must not be retried. */
  readonly isFinal: boolean;
  readonly retryAfterS?: number;
}

export interface WaitNode {
  readonly kind: "wait";
  readonly id: string;
  readonly event: string;
  readonly timeoutMs: number;
  readonly match: MatchRule;
}

export type ProgramNode =
  | RunNode
  | WaitNode
  | { readonly kind: "sleep"; readonly id: string; readonly ms: number; readonly isDate: boolean }
  | {
      readonly kind: "invoke";
      readonly id: string;
      readonly slug: string;
      readonly timeoutMs?: number;
    }
  | {
      readonly kind: "send";
      readonly id: string;
      readonly events: readonly { readonly name: string; readonly n: number }[];
    }
  | {
      readonly kind: "signal";
      readonly id: string;
      readonly signal: string;
      readonly timeoutMs: number;
      readonly conflict: "fail" | "replace";
    }
  | {
      readonly kind: "parallel";
      readonly join: "all" | "settled" | "race";
      /** Sends `parallelMode: "race"` with each op. */
      readonly isRaceMode: boolean;
      readonly branches: readonly (readonly ProgramNode[])[];
    }
  | { readonly kind: "loop"; readonly times: number; readonly body: readonly ProgramNode[] }
  | {
      readonly kind: "try";
      readonly body: readonly ProgramNode[];
      readonly handler: readonly ProgramNode[];
    }
  /** The function itself throws, the first times that it gets here. */
  | {
      readonly kind: "throw";
      readonly id: string;
      readonly times: number;
      readonly isRetriable: boolean;
    };

export type Program = readonly ProgramNode[];

/** The rule as the expression of a wait or of cancelOn. */
export function matchExpression(rule: MatchRule): string | undefined {
  switch (rule.form) {
    case "any":
      return undefined;
    case "same_k":
      return "event.data.k == async.data.k";
    case "n_above":
      return `async.data.n > ${rule.value}`;
    case "same_k_and_n_above":
      return `async.data.k == event.data.k && async.data.n > ${rule.value}`;
  }
}

/** The rule as plain code: what the expression must come to. */
export function matches(rule: MatchRule, event: SimData, arrived: SimData): boolean {
  const isSame = (event.k ?? null) === (arrived.k ?? null);
  const isAbove = "value" in rule && typeof arrived.n === "number" && arrived.n > rule.value;
  switch (rule.form) {
    case "any":
      return true;
    case "same_k":
      return isSame;
    case "n_above":
      return isAbove;
    case "same_k_and_n_above":
      return isSame && isAbove;
  }
}
