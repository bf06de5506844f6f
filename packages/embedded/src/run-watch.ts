// Who waits for which run to end. Told by the engine after the commit that holds the end, so nobody polls.
import { EverstepError } from "@everstep/protocol";

interface Waiter {
  readonly ended: () => void;
  readonly stopped: (error: Error) => void;
}

export class RunWatch {
  readonly #waiters = new Map<string, Set<Waiter>>();

  /** Resolves with the run's next end; rejects when the engine stops first. `forget` ends the waiting. */
  next(runId: string): { readonly end: Promise<void>; forget(): void } {
    let own: Waiter | undefined;
    const end = new Promise<void>((ended, stopped) => {
      own = { ended, stopped };
      const waiters = this.#waiters.get(runId);
      if (waiters === undefined) this.#waiters.set(runId, new Set([own]));
      else waiters.add(own);
    });
    // Whoever has forgotten it does not look at it any more.
    end.catch(() => {});
    return {
      end,
      forget: () => {
        const waiters = this.#waiters.get(runId);
        if (own !== undefined) waiters?.delete(own);
        if (waiters?.size === 0) this.#waiters.delete(runId);
      },
    };
  }

  ended(runId: string): void {
    const waiters = this.#waiters.get(runId);
    if (waiters === undefined) return;
    this.#waiters.delete(runId);
    for (const { ended } of waiters) ended();
  }

  stop(): void {
    for (const [runId, waiters] of this.#waiters) {
      const error = new EverstepError(
        "shutting_down",
        `The engine stopped before run ${runId} ended. The run goes on when an engine is started on its file.`,
      );
      for (const { stopped } of waiters) stopped(error);
    }
    this.#waiters.clear();
  }
}
