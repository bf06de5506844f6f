// Server-sent events over fetch: unlike EventSource it can carry the key. Reconnects for ever, with growing pauses, until
// it is closed. Only `data:` lines are read, because every message names its own type.
import type { StreamMessage } from "@everstep/api";
import { open } from "./api-client.ts";

export type StreamState = "connecting" | "live" | "lost";

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 3_000;

/** Returns what closes it. */
export function openStream(handlers: {
  onMessage: (message: StreamMessage) => void;
  onState: (state: StreamState) => void;
}): () => void {
  const closing = new AbortController();
  void keepReading(handlers, closing.signal);
  return () => closing.abort();
}

async function keepReading(
  handlers: Parameters<typeof openStream>[0],
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = PAUSE_MIN_MS;
  handlers.onState("connecting");
  while (!signal.aborted) {
    try {
      const response = await open("GET", "/v2/stream", { signal });
      handlers.onState("live");
      pauseMs = PAUSE_MIN_MS;
      await readMessages(response, handlers.onMessage);
    } catch {
      // The state says it, and the next attempt comes by itself.
    }
    if (signal.aborted) return;
    handlers.onState("lost");
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
  }
}

async function readMessages(
  response: Response,
  onMessage: (message: StreamMessage) => void,
): Promise<void> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data:")) onMessage(JSON.parse(line.slice(5)) as StreamMessage);
    }
  }
}
