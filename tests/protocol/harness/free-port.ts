// A port that was free a moment ago: an app must know the engine's address before the engine runs, and the reverse. It lies
// below the ports that systems give to whoever asks for any (32768 and up on Linux), or in the seconds before it is used
// another test's server or connection would be given the same one.
import { createServer } from "node:net";

const FIRST_PORT = 20_000;
const PORTS = 12_000;
const TRIES_MAX = 100;

/** @throws when no port of a hundred is free. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES_MAX} ports from ${FIRST_PORT} on was free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
