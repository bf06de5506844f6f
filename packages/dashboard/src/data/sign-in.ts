// The key of a server that wants one (`everstep start`): asked for once, kept for this browser tab only, never in a URL.
// A dev server on loopback asks for none.
import { useSyncExternalStore } from "react";

const STORED_AS = "everstep.key";

interface Question {
  /** A key was sent, and it was wrong. */
  readonly wasRefused: boolean;
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
export function askForKey(wasRefused: boolean): Promise<void> {
  if (question === undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    question = { wasRefused, answered: promise, answer: resolve };
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

/** Whether a key is held. */
export function hasKey(): boolean {
  return sessionStorage.getItem(STORED_AS) !== null;
}

/** Forgets the key and everything that was read with it. */
export function forgetKey(): void {
  sessionStorage.removeItem(STORED_AS);
  location.reload();
}

/** The open question; undefined when there is none. */
export function useKeyQuestion(): { readonly wasRefused: boolean } | undefined {
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
