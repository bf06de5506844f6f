// Lists that may be very long. The API shares its thread with the engine, so a long list is handed out piece by piece and
// calls are answered in between; graphql takes an async iterable for a list.
import { setImmediate } from "node:timers/promises";
import type { View } from "./view.ts";

const PIECE = 100;

export function yieldingList<T>(
  items: readonly T[],
  view: (item: T) => View,
): readonly View[] | AsyncIterable<View> {
  return items.length <= PIECE ? items.map(view) : inPieces(items, view);
}

async function* inPieces<T>(items: readonly T[], view: (item: T) => View): AsyncGenerator<View> {
  let inPiece = 0;
  for (const item of items) {
    inPiece += 1;
    if (inPiece > PIECE) {
      await setImmediate();
      inPiece = 1;
    }
    yield view(item);
  }
}
