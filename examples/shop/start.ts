// `npm start`: an engine on one SQLite file and the shop, in one process. The engine does not know that: the shop is an app
// like any other, reached over HTTP through the SDK.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog, openServer, processIo, stopWhenAsked, type OpenServer } from "everstep-cli";
import { serve } from "everstep/node";
import { createClient } from "./client.ts";
import { createDatabase } from "./fakes/database.ts";
import { createMail } from "./fakes/mail.ts";
import { createPayment } from "./fakes/payment.ts";
import { createPeople } from "./fakes/people.ts";
import { createAllFunctions } from "./functions/all-functions.ts";
import { createNarrator } from "./narrator.ts";
import { createPace } from "./pace.ts";
import { startTour } from "./tour.ts";

/** The first choice; the next free one when it is busy. */
const ENGINE_PORT = Number(process.env["SHOP_ENGINE_PORT"] ?? "8288");
const APP_PORT = Number(process.env["SHOP_APP_PORT"] ?? "3939");
const DATA_DIR = process.env["SHOP_DATA_DIR"] ?? ".everstep";
const GRACE_MS = 5_000;

const io = processIo();
const write = (text: string): void => io.stdout.write(text);
const say = createNarrator(write);
const pace = createPace(Number(process.env["SHOP_PACE"] ?? "1"));
const log = createLog({ output: io.stdout, level: "error", json: false, nowMs: () => io.nowMs() });

// The app's port opens before the engine, so that runs of the last time, which the engine takes up at once, find it.
const listener = Promise.withResolvers<RequestListener>();
const app = createServer((request, response) => {
  void listener.promise.then((listen) => listen(request, response));
});
const appUrl = `http://127.0.0.1:${await listenNear(app, APP_PORT)}/api/inngest`;

const engine = await openEngine();
const inngest = createClient(engine.url);
const people = createPeople(inngest, say, pace);
const shop = {
  inngest,
  people,
  say,
  pace,
  database: createDatabase(pace),
  mail: createMail(say, pace),
  payment: createPayment(pace),
};
const handle = serve({ client: inngest, functions: [...createAllFunctions(shop)] });
listener.resolve((request, response) => void handle(request, response));
await engine.syncByUrl(appUrl);

write(introduction(engine));
const stopTour = startTour(shop, newTag());
const reminder = setTimeout(() => write(commandsToTry(engine)), pace.ms(45));

// Nobody sends anything more while the engine lets its calls finish.
io.onStopSignal(() => {
  stopTour();
  clearTimeout(reminder);
  people.stop();
});
await stopWhenAsked({ io, server: engine, log, graceMs: GRACE_MS });
app.closeAllConnections();
app.close();
write("Stopped. Runs that were not finished go on at the next npm start.\n");

async function openEngine(): Promise<OpenServer> {
  try {
    return await openServer(
      {
        serverKind: "dev",
        host: "127.0.0.1",
        port: ENGINE_PORT,
        mayMovePort: true,
        allowedHosts: [],
        dataDir: DATA_DIR,
        signingKey: undefined,
        eventKeys: [],
        sdkUrls: [],
        discovers: false,
        polls: false,
        pollIntervalMs: 5_000,
        retryIntervalMs: 0,
        shutdownGraceMs: GRACE_MS,
      },
      log,
    );
  } catch (error) {
    io.stderr.write(
      `The shop cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}

async function listenNear(server: Server, port: number): Promise<number> {
  const listenOn = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(wanted, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  await listenOn(port).catch(() => listenOn(0));
  return (server.address() as AddressInfo).port;
}

/** Ids of this start, so that a second one does not repeat them. */
function newTag(): string {
  return Math.floor(Date.now() / 1_000)
    .toString(36)
    .slice(-3)
    .toUpperCase();
}

function introduction({ url, dataPath }: OpenServer): string {
  return `
  The shop is open. Watch it in a browser: ${url}
  That is the engine's dashboard; the shop itself is an app at ${appUrl}
  Everything is kept in ${dataPath ?? "memory"}: stop it whenever you like, runs go on at the next start.
${commandsToTry(engine)}
`;
}

function commandsToTry({ url, port }: OpenServer): string {
  const flag = port === 8288 ? "" : ` --url ${url}`;
  return `
  In another terminal:
    npx everstep runs${flag}
    npx everstep run ID${flag}
    npx everstep send shop/order.placed${flag} --data '{"orderId":"mine","email":"me@example.com","card":"4242","items":[{"sku":"mug","quantity":1}]}'
    curl ${url}/v1/events
  Stop with Ctrl-C.
`;
}
