// A reply that is sent at once and filled in later (protocol.md 3.3): 201, spaces while the function works, then one JSON object
// with the real status, headers and body. Keeps platforms from ending a response that is silent for long.
import type { ServeReply } from "./serve-request.ts";

const HEARTBEAT_MS = 3_000;
const STATUS = 201;

/** @param reply Must not reject: what goes wrong is a reply too. */
export function streamReply(
  reply: Promise<ServeReply & { readonly body: string }>,
  headers: Readonly<Record<string, string>>,
): ServeReply {
  const encoder = new TextEncoder();
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    clearInterval(heartbeat);
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const beat = (): void => controller.enqueue(encoder.encode(" "));
      // The first space makes servers send the headers.
      beat();
      heartbeat = setInterval(beat, HEARTBEAT_MS);
      const finish = async (): Promise<void> => {
        const { status, headers: inner, body: text } = await reply;
        if (!isOpen) return;
        close();
        controller.enqueue(encoder.encode(JSON.stringify({ status, headers: inner, body: text })));
        controller.close();
      };
      void finish();
    },
    cancel: close,
  });
  return { status: STATUS, headers, body };
}
