// The key of a server that wants one (`everstep start`): asked for once, kept for this browser tab only, never in a URL.
// A dev server on loopback asks for none.
import { useSyncExternalStore } from "react";

const STORED_AS = "everstep.key";

interface Question {
  /** Why the server refused: no key, or a wrong one. */
  readonly reason: string;
  readonly answered: Promise<void>;
  readonly answer: () => void;
}

let question: Question | undefined;
const listeners = new Set<() => void>();

/** Headers of a request. */
export function authorization(): Record<string, string> {
  const key = sessionStorage.getItem(STORED_AS);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

/** Resolves when a key was given; requests that are refused at the same time share one question. */
export function askForKey(reason: string): Promise<void> {
  if (question === undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    question = { reason, answered: promise, answer: resolve };
    tell();
  }
  return question.answered;
}

/** Takes the key and lets the waiting requests go on. */
export function giveKey(key: string): void {
  sessionStorage.setItem(STORED_AS, key);
  const { answer } = question ?? {};
  question = undefined;
  tell();
  answer?.();
}

/** The open question; undefined when there is none. */
export function useKeyQuestion(): { readonly reason: string } | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => question,
  );
}

function tell(): void {
  for (const listener of listeners) listener();
}
