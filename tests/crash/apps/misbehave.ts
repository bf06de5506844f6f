// The ways in which an app answers a call wrongly. The SDK is not asked, so user code does not run.
import type { ServerResponse } from "node:http";
import type { Mood } from "./messages.ts";

/** Beyond LIMITS.callResponseBytesMax of the engine. */
const TOO_LARGE = Buffer.alloc(9 * 1024 * 1024, '"x"');

export function misbehave(mood: Exclude<Mood, "well">, response: ServerResponse): void {
  const asSdk = { "content-type": "application/json", "x-inngest-sdk": "js:v4.24.0" };
  switch (mood) {
    case "garbage":
      response.writeHead(206, asSdk).end('[{"id":"x","op":');
      return;
    case "server_error":
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>");
      return;
    case "too_large":
      response.writeHead(200, asSdk).end(TOO_LARGE);
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "hang":
      // Answered never: the connection ends when the app closes its port.
      return;
  }
}
