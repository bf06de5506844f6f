// Bounded waiting on things that only HTTP can tell. Asks again with growing pauses until the answer is there or the
// deadline passed; the deadline's error carries the last answer, so that a failing test says what it saw.

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** How long a test waits for what is promised: below its own time, so that the error names what did not come. */
export const WAIT_MAX_MS = 180_000;

export interface Deadline {
  /** What is waited for, for the message of the error. */
  readonly what: string;
  readonly timeoutMs?: number;
  /** More for the error's message: logs, mostly. */
  readonly explain?: () => string;
}

/** Resolves with the first answer that is not undefined. @throws after `timeoutMs` (default three minutes). */
export async function waitUntil<T>(
  ask: () => Promise<T | undefined>,
  deadline: Deadline,
): Promise<T> {
  const endsAtMs = Date.now() + (deadline.timeoutMs ?? WAIT_MAX_MS);
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > endsAtMs) {
      throw new Error(`timed out: ${deadline.what}\n${deadline.explain?.() ?? ""}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pauseMs);
    });
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
  }
}
