// A process of its own with an embedded engine, for the tests of crashes and of a file's ownership. It writes a line to stdout
// for everything that happens, synchronously, so that a line that was written is out before the process dies.
// Usage: node worker.ts <database file> start|resume|hold
import { writeSync } from "node:fs";
import { createEngine } from "@everstep/embedded";
import { Everstep } from "everstep";

const [data = "", mode] = process.argv.slice(2);
const STEPS = 40;

function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

const app = new Everstep({ id: "crash", isDev: true });
const walk = app.createFunction({ id: "walk" }, { event: "crash/go" }, async ({ event, step }) => {
  let sum = 0;
  for (let index = 0; index < STEPS; index += 1) {
    sum += await step.run(`step ${index}`, async () => {
      tell(`ran ${event.data.name} ${index}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      return index;
    });
  }
  return sum;
});

const engine = createEngine({ functions: [walk], data });
try {
  await engine.start();
} catch (error) {
  tell(`refused ${(error as Error).message}`);
  process.exit(3);
}
tell("ready");
if (mode === "hold") {
  await new Promise(() => setInterval(() => undefined, 1_000));
}
if (mode === "start") {
  for (const name of ["a", "b", "c"]) await engine.send({ name: "crash/go", data: { name } });
  tell("sent");
}
for (const { id } of await engine.runs()) {
  tell(`result ${id} ${JSON.stringify(await engine.run(id).result())}`);
}
await engine.stop();
tell("stopped");
