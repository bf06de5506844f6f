// What a store adapter hands to the conformance suite: a way to open an empty store, and to open its data again.
import type { History, Store } from "@everstep/core";

export interface OpenedStore {
  readonly store: Store;
  readonly history: History;
  readonly close: () => Promise<void>;
  /** Closes this store and opens its data anew, as the next owner would. */
  readonly reopen: () => Promise<OpenedStore>;
}

/** Opens an empty store; `store.open()` has not been called. */
export type OpenStore = () => Promise<OpenedStore>;

/** Runs a test over a fresh, opened store and closes it, whatever happens. */
export async function withStore(
  openStore: OpenStore,
  run: (opened: OpenedStore) => Promise<void>,
): Promise<void> {
  const opened = await openStore();
  try {
    await opened.store.open();
    await run(opened);
  } finally {
    await opened.close();
  }
}
