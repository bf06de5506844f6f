// What one seed is about: its apps and their functions, which faults may happen and how often, and how long it lasts. Each
// kind of fault is on in about half of the seeds, so that some seeds are about one thing only.
import { createHash } from "node:crypto";
import type { AppConfig, FunctionConfig, Trigger } from "@everstep/protocol";
import type { AppTraits } from "./app/execute-call.ts";
import { makeMatchRule, makeProgram } from "./app/make-program.ts";
import { matchExpression, type MatchRule, type Program } from "./app/program.ts";
import type { Dice } from "./dice.ts";
import { drawFlowRules } from "./flow-rules.ts";
import type { NetworkFaults } from "./network.ts";

export interface PlannedFunction {
  readonly slug: string;
  readonly program: Program;
  readonly config: FunctionConfig;
  readonly cancelRules: readonly { readonly event: string; readonly match: MatchRule }[];
  /** Triggers by event name or pattern, with the least `n` they ask for. */
  readonly triggers: readonly { readonly event: string; readonly nAbove?: number }[];
}

export interface PlannedApp {
  readonly name: string;
  readonly url: string;
  readonly traits: AppTraits;
  readonly functions: readonly PlannedFunction[];
}

export interface Plan {
  readonly apps: readonly PlannedApp[];
  readonly network: NetworkFaults;
  readonly clientEventNames: readonly string[];
  readonly signals: readonly string[];
  readonly activeMs: number;
  readonly clientActions: number;
  readonly crashes: number;
  readonly stops: number;
  /** Probability of a crash at each named point of an engine's turn. */
  readonly crashAtPoint: number;
  readonly appOutages: number;
  readonly storeOutages: number;
  readonly commitFailure: number;
  readonly commitMsMax: number;
  readonly readMsMax: number;
  readonly resyncs: number;
  readonly pauses: number;
  readonly limitChanges: number;
  readonly retryIntervalMs: number | undefined;
  readonly callTimeoutMs: number;
}

const EVENTS = ["test/a", "test/b", "test/c", "test/done"];
const CANCEL_EVENT = "test/cancel";
const INVOKED_SLUGS: readonly string[] = ["app-a-f0", "app-a-f1", "app-b-f0"];
const SIGNALS = ["one", "two", "three"];

export function makePlan(dice: Dice): Plan {
  const on = (probability: number): number => (dice.chance(0.5) ? probability : 0);
  const apps = ["app-a", "app-b"].slice(0, dice.int(1, 2)).map((name) => makeApp(dice, name));
  return {
    apps,
    network: {
      loseRequest: on(0.05),
      loseAnswer: on(0.08),
      repeat: on(0.08),
      garble: on(0.05),
      slow: on(0.08),
    },
    clientEventNames: [...EVENTS, CANCEL_EVENT],
    signals: SIGNALS,
    activeMs: dice.int(60_000, 900_000),
    clientActions: dice.int(10, 50),
    crashes: dice.chance(0.6) ? dice.int(1, 6) : 0,
    stops: dice.chance(0.3) ? dice.int(1, 3) : 0,
    crashAtPoint: on(0.01),
    appOutages: dice.chance(0.4) ? dice.int(1, 3) : 0,
    storeOutages: dice.chance(0.3) ? dice.int(1, 3) : 0,
    commitFailure: on(0.02),
    commitMsMax: dice.pick([0, 2, 20, 200]),
    readMsMax: dice.pick([0, 0, 0, 3]),
    resyncs: dice.chance(0.5) ? dice.int(1, 4) : 0,
    pauses: dice.chance(0.4) ? dice.int(1, 4) : 0,
    limitChanges: dice.chance(0.4) ? dice.int(1, 4) : 0,
    retryIntervalMs: dice.chance(0.5) ? dice.int(100, 5_000) : undefined,
    callTimeoutMs: dice.pick([20_000, 60_000]),
  };
}

function makeApp(dice: Dice, name: string): PlannedApp {
  const isNew = dice.chance(0.6);
  const url = `http://${name}.test/api/inngest`;
  const count = dice.int(2, 5);
  return {
    name,
    url,
    traits: {
      sdk: isNew ? "js:v4.24.0" : "js:v3.54.2",
      requestVersion: isNew ? 2 : dice.pick([0, 1, 2]),
      checkpointSteps: dice.chance(0.6) ? dice.int(1, 3) : 0,
      isFenced: isNew,
      reportsFailed: isNew || dice.chance(0.5),
      reportsOpenSteps: isNew,
    },
    functions: Array.from({ length: count }, (_, index) =>
      makeFunction(dice, { app: name, url, index }),
    ),
  };
}

function makeFunction(
  dice: Dice,
  { app, url, index }: { app: string; url: string; index: number },
): PlannedFunction {
  const slug = `${app}-f${index}`;
  const flow = drawFlowRules(dice, INVOKED_SLUGS.includes(slug));
  const mayCancel = flow.batch === undefined;
  const cancelRules =
    mayCancel && dice.chance(0.3) ? [{ event: CANCEL_EVENT, match: makeMatchRule(dice) }] : [];
  const triggers = dice.chance(0.1)
    ? [{ event: "inngest/function.failed" }]
    : Array.from({ length: dice.int(1, 2) }, (_, at) => ({
        event: dice.chance(0.1) ? "test/*" : (EVENTS[(index + at * 2) % 3] ?? "test/a"),
        ...(dice.chance(0.3) ? { nAbove: dice.int(0, 7) } : {}),
      }));
  const crons = dice.chance(0.15) ? [dice.pick(["* * * * *", "*/2 * * * *", "*/5 * * * *"])] : [];
  const wireTriggers: Trigger[] = [
    ...uniqueTriggers(triggers).map(({ event, nAbove }) => ({
      kind: "event" as const,
      event,
      ...(nAbove === undefined ? {} : { expression: `event.data.n > ${nAbove}` }),
    })),
    ...crons.map((cron) => ({
      kind: "cron" as const,
      cron,
      ...(dice.chance(0.3) ? { jitterMs: 5_000 } : {}),
    })),
  ];
  const timeouts = {
    ...(dice.chance(0.15) ? { startMs: dice.int(1_000, 60_000) } : {}),
    ...(dice.chance(0.15) ? { finishMs: dice.int(1_000, 120_000) } : {}),
  };
  return {
    slug,
    program: makeProgram(dice, {
      eventNames: EVENTS,
      signals: SIGNALS,
      slugs: INVOKED_SLUGS,
    }),
    cancelRules,
    triggers: uniqueTriggers(triggers),
    config: {
      slug,
      name: slug,
      triggers: wireTriggers,
      url: `${url}?fnId=${slug}&stepId=step`,
      maxAttempts: dice.int(1, 5),
      ...flow,
      cancel: cancelRules.map(({ event, match }) => {
        const expression = matchExpression(match);
        return { event, ...(expression === undefined ? {} : { expression }) };
      }),
      ...(Object.keys(timeouts).length === 0 ? {} : { timeouts }),
    },
  };
}

function uniqueTriggers<T extends { event: string }>(triggers: readonly T[]): readonly T[] {
  return triggers.filter(
    (trigger, index) => triggers.findIndex((other) => other.event === trigger.event) === index,
  );
}

/** What the app registers; `isCronless` leaves the cron triggers out, `without` one function. */
export function registration(
  app: PlannedApp,
  options: { isCronless: boolean; without?: string; concurrency?: number },
): AppConfig {
  const functions = app.functions
    .filter((fn) => fn.slug !== options.without)
    .map(({ config }) => ({
      ...config,
      triggers: config.triggers.filter(({ kind }) => !options.isCronless || kind !== "cron"),
      ...(options.concurrency === undefined || config.concurrency.length === 0
        ? {}
        : { concurrency: [{ limit: options.concurrency, scope: "fn", level: "step" } as const] }),
    }));
  const checksum = createHash("sha256").update(JSON.stringify(functions)).digest("hex");
  return {
    name: app.name,
    url: app.url,
    sdk: app.traits.sdk,
    method: "serve",
    functions,
    checksum,
  };
}
