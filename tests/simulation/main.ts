// `npm run simulate -- --seeds N [--seed S] [--verbose]`: simulates seeds 1 to N, or one seed, and stops at the first rule
// that one of them breaks.
import { parseArgs } from "node:util";
import { failureReport, historyText } from "./report.ts";
import { simulate } from "./simulate.ts";

const SEEDS_DEFAULT = 100;
const LINE_EVERY = 25;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: String(SEEDS_DEFAULT) },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    verbose: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
  },
});

const first = wholeNumber("--from", values.from);
const seeds =
  values.seed === undefined
    ? Array.from({ length: wholeNumber("--seeds", values.seeds) }, (_, index) => first + index)
    : [wholeNumber("--seed", values.seed)];
const total = { seeds: 0, events: 0, runs: 0, crashes: 0, steps: 0, failures: 0 };

for (const seed of seeds) {
  const result = await simulate(seed);
  if (values.verbose) console.log(historyText(result.history.entries));
  total.seeds += 1;
  total.events += result.events;
  total.runs += result.runs;
  total.crashes += result.crashes;
  total.steps += result.steps;
  if (result.violation !== undefined) {
    total.failures += 1;
    console.error(
      values["keep-going"]
        ? `seed ${seed}: ${result.violation.invariant}: ${result.violation.message.slice(0, 300)}`
        : failureReport(result),
    );
    process.exitCode = 1;
    if (!values["keep-going"]) break;
  }
  if (total.seeds % LINE_EVERY === 0) console.log(summary());
}
const verdict = total.failures === 0 ? "ok" : `${total.failures} failed`;
console.log(`${summary()}: ${verdict}`);

function summary(): string {
  const { seeds: count, events, runs, crashes, steps } = total;
  return `${count} seeds, ${events} events, ${runs} runs, ${crashes} crashes, ${steps} steps`;
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${flag} is "${text}"; it must be a whole number from 1 on.`);
}
