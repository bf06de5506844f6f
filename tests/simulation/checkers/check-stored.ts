// The database and the model hold the same: asked at each start of an engine, where memory is gone and only rows are left.
import type { RunHead } from "@everstep/core";
import type { SqliteStore } from "@everstep/store-sqlite";
import type { CheckContext } from "./checker.ts";
import type { Model, ModelRun } from "./model.ts";

export async function checkStored(
  { store }: SqliteStore,
  model: Model,
  violate: CheckContext["violate"],
): Promise<void> {
  const loaded = await store.loadRuns([...model.runs.keys()]);
  if (loaded.length !== model.runs.size) {
    violate("the store holds every run", `${loaded.length} of ${model.runs.size} runs`);
  }
  for (const { state } of loaded) {
    const run = model.runs.get(state.head.id);
    const stored = textOf({ ...state, head: state.head });
    const wanted = run === undefined ? "nothing" : textOf(run);
    if (stored !== wanted) {
      violate("the store holds what was committed", `run ${state.head.id}\n${stored}\n${wanted}`);
    }
  }
}

function textOf(run: Omit<ModelRun, "events">): string {
  return JSON.stringify([
    sorted(withoutEmptySlots(run.head)),
    run.stack,
    [...run.outputs].toSorted(([left], [right]) => (left < right ? -1 : 1)),
    [...run.timers.values()].toSorted((left, right) => left.id - right.id).map(sorted),
    [...run.waits.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1)).map(sorted),
  ]);
}

/** A run that has given its slots back holds none, which the store tells by leaving them out. */
function withoutEmptySlots({ slots = [], ...head }: RunHead): object {
  return slots.length === 0 ? head : { ...head, slots };
}

/** The same text for the same fields, whatever their order. */
function sorted(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(
          Object.entries(each).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : each,
  ) as unknown;
}
