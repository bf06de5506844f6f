// Posts batches of events, in order, each with up to five attempts and all of them within one bounded time. Repeats are safe
// because the seed fixes the ids. All or an error: what was taken before a failure is counted in the error.
import type { EventBatch } from "./event-batches.ts";
import { seedHeader, type EventIdSeed } from "./event-id-seed.ts";
import { EventSendError } from "./event-send-error.ts";

const ATTEMPTS_MAX = 5;
const FIRST_DELAY_MS = 100;
const JITTER_MS = 100;

export interface PostTarget {
  readonly fetch: typeof fetch;
  /** `<event base>/e/<key>` */
  readonly url: string;
  /** The same without the key, for messages. */
  readonly shownUrl: string;
  readonly isDev: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** For all attempts of all batches. */
  readonly timeoutMs: number;
}

interface Failure {
  readonly message: string;
  readonly status?: number;
  readonly cause?: unknown;
  readonly isRepeatable: boolean;
}

type Answer = { readonly ids: readonly string[] } | { readonly failure: Failure };

/**
 * Posts all batches.
 * @returns The ids of the events, in order.
 * @throws EventSendError when a batch is refused, or not taken within the time.
 */
export async function postEvents(
  target: PostTarget,
  batches: readonly EventBatch[],
  seed: EventIdSeed,
): Promise<string[]> {
  const totalCount = batches.reduce((sum, batch) => sum + batch.count, 0);
  const ids: string[] = [];
  const deadline = AbortSignal.timeout(target.timeoutMs);
  for (const batch of batches) {
    const answer = await postWithRetries(target, batch, seedHeader(seed, batch.offset), deadline);
    if ("failure" in answer) {
      throw toError(target, answer.failure, { sentCount: batch.offset, totalCount });
    }
    ids.push(...answer.ids);
  }
  return ids;
}

async function postWithRetries(
  target: PostTarget,
  batch: EventBatch,
  seedText: string,
  deadline: AbortSignal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await post(target, batch, seedText, deadline);
    if (!("failure" in answer)) return answer;
    if (!answer.failure.isRepeatable || attempt >= ATTEMPTS_MAX || deadline.aborted) return answer;
    await pause(FIRST_DELAY_MS * 2 ** (attempt - 1) + Math.random() * JITTER_MS, deadline);
  }
}

async function post(
  target: PostTarget,
  batch: EventBatch,
  seedText: string,
  deadline: AbortSignal,
): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await target.fetch(target.url, {
      method: "POST",
      body: batch.body,
      headers: { ...target.headers, "x-inngest-event-id-seed": seedText },
      signal: deadline,
    });
    text = await response.text();
  } catch (error) {
    return { failure: toConnectionFailure(target, error, deadline) };
  }
  const body = parseAnswer(text);
  const isTaken = response.ok && body?.error === undefined && Array.isArray(body?.ids);
  if (isTaken) return { ids: body.ids as readonly string[] };
  const { status } = response;
  return {
    failure: {
      message: `the server answered ${status}: ${body?.error ?? explainStatus(status, text)}`,
      status,
      isRepeatable: status >= 500 || status === 429 || status === 408,
    },
  };
}

function toConnectionFailure(target: PostTarget, error: unknown, deadline: AbortSignal): Failure {
  if (deadline.aborted) {
    return {
      message: `there was no answer within ${target.timeoutMs} ms (client option "sendTimeout")`,
      cause: error,
      isRepeatable: false,
    };
  }
  const remedy = target.isDev
    ? "Is the dev server running? Start it with `npx everstep dev`, or set EVERSTEP_BASE_URL (or INNGEST_BASE_URL)."
    : "Check EVERSTEP_BASE_URL (or INNGEST_BASE_URL) and the network.";
  const reason = error instanceof Error ? causeText(error) : String(error);
  return {
    message: `the connection failed (${reason}). ${remedy}`,
    cause: error,
    isRepeatable: true,
  };
}

/** Node hides the reason of a failed fetch in its cause. */
function causeText(error: Error): string {
  const cause = error.cause as { readonly code?: unknown } | undefined;
  return typeof cause?.code === "string" ? `${error.message}: ${cause.code}` : error.message;
}

interface AnswerBody {
  readonly ids?: unknown;
  readonly error?: string | undefined;
}

function parseAnswer(text: string): AnswerBody | undefined {
  try {
    const body = JSON.parse(text) as AnswerBody | null;
    return typeof body === "object" && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

function explainStatus(status: number, text: string): string {
  if (status === 401 || status === 404) return "the event key is not known; check EVENT_KEY.";
  if (status === 403) return "the event key may not send these events.";
  if (status === 413) return "the request is too large; send less data per event.";
  const shown = text.trim().slice(0, 200);
  return shown === "" ? "no reason was given." : shown;
}

function toError(
  target: PostTarget,
  failure: Failure,
  counts: { readonly sentCount: number; readonly totalCount: number },
): EventSendError {
  const { sentCount, totalCount } = counts;
  const sent =
    sentCount > 0
      ? ` The first ${sentCount} were taken; sending all again would make them twice.`
      : "";
  const events = totalCount === 1 ? "1 event" : `${totalCount} events`;
  return new EventSendError(
    `Could not send ${events} to ${target.shownUrl}: ${failure.message}${sent}`,
    {
      ...counts,
      status: failure.status,
      cause: failure.cause,
    },
  );
}

/** Ends early, without an error, when the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
