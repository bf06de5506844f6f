// The units of the load. Each does what a client does, insisting through crashes, and resolves with what the engine owes
// for the answers it gave. Nothing is expected of a request that was not answered, except that it is not done by half.
import { setTimeout as pause } from "node:timers/promises";
import type { CrashClient, EventInput, Run } from "./crash-client.ts";
import type { Dice } from "./dice.ts";

const POLL_MS = 60;
const STEP_SEEN_MS = 60_000;
export const ARRAY_SIZE = 50;

export interface TaskContext {
  readonly client: CrashClient;
  readonly dice: Dice;
  readonly appId: string;
  /** Marks everything that this task sends. */
  readonly key: string;
}

/** Acked events, and the one run that they owe together. */
export interface Expectation {
  readonly label: string;
  readonly eventIds: readonly string[];
  /** Short id; undefined: no function listens. */
  readonly functionId: string | undefined;
  readonly status?: "Completed" | "Failed" | "Cancelled";
  /** What is wrong with the output; empty: nothing. */
  readonly complain?: (output: Record<string, unknown>, run: Run) => string[];
}

export type Task = (context: TaskContext) => Promise<Expectation[]>;

const event = (
  { appId, key }: TaskContext,
  name: string,
  data: Readonly<Record<string, unknown>> = {},
): EventInput => ({ name: `${appId}/${name}`, data: { key, ...data } });

function simple(
  functionId: string,
  status: "Completed" | "Failed" = "Completed",
  data: (dice: Dice) => Record<string, unknown> = () => ({}),
): Task {
  return async (context) => {
    const sent = event(context, functionId, data(context.dice));
    const eventIds = await context.client.send([sent]);
    return [{ label: `${functionId} ${context.key}`, eventIds, functionId, status }];
  };
}

const array: Task = async (context) => {
  const events = Array.from({ length: ARRAY_SIZE }, (_, index) =>
    event(context, "leaf", { index }),
  );
  const ids = await context.client.send(events);
  return ids.map((id, index) => ({
    label: `leaf ${index} of array ${context.key}`,
    eventIds: [id],
    functionId: "leaf",
  }));
};

/** Not said again after a crash: checked by counting what is there under `context.key`. */
const abandonedArray: Task = async (context) => {
  const events = Array.from({ length: ARRAY_SIZE }, (_, index) =>
    event(context, "leaf", { index }),
  );
  const answer = await context.client.sendOnce(events);
  if (answer?.status !== 200) return [];
  return (answer.body as { ids: string[] }).ids.map((id, index) => ({
    label: `leaf ${index} of abandoned array ${context.key}`,
    eventIds: [id],
    functionId: "leaf",
  }));
};

const twice: Task = async (context) => {
  const same = { ...event(context, "once"), id: `once-${context.key}` };
  const [first, second] = await Promise.all([
    context.client.send([same]),
    context.client.send([same]),
  ]);
  return [{ label: `once ${context.key}`, eventIds: [...first, ...second], functionId: "once" }];
};

const waiter: Task = async (context) => {
  const { client, key } = context;
  const eventIds = await client.send([event(context, "waiter")]);
  await seesStep(client, await onlyRunOf(client, eventIds[0] ?? ""), "WAIT_FOR_EVENT");
  // The wait is visible, so it is durable: this one event must end it.
  const answerIds = await client.send([event(context, "answer", { answer: key })]);
  return [
    {
      label: `waiter ${key}`,
      eventIds,
      functionId: "waiter",
      complain: ({ answer }) => (answer === key ? [] : [`it was answered ${String(answer)}`]),
    },
    { label: `answer ${key}`, eventIds: answerIds, functionId: undefined },
  ];
};

const patient: Task = async (context) => {
  const eventIds = await context.client.send([event(context, "patient")]);
  const complain = ({ timedOut }: Record<string, unknown>): string[] =>
    timedOut === true ? [] : ["its wait did not time out"];
  return [{ label: `patient ${context.key}`, eventIds, functionId: "patient", complain }];
};

const signalled: Task = async (context) => {
  const { client, key } = context;
  const eventIds = await client.send([event(context, "signalled")]);
  const runId = await onlyRunOf(client, eventIds[0] ?? "");
  await seesStep(client, runId, "WAIT_FOR_SIGNAL");
  // 404 after a lost answer: the first one was taken. Whether it was is seen in the output.
  const init = { method: "POST", body: JSON.stringify({ signal: key, data: key }) };
  await client.insist("/v1/signals", init, [200, 404]);
  const complain = ({ answer }: Record<string, unknown>): string[] =>
    answer === key ? [] : [`it was signalled ${JSON.stringify(answer)}`];
  return [{ label: `signalled ${key}`, eventIds, functionId: "signalled", complain }];
};

const cancelledByEvent: Task = async (context) => {
  const { client, key, dice } = context;
  const eventIds = await client.send([event(context, "cancellable")]);
  // The rule lives from the start of the run on, so any moment after the answer will do.
  await pause(dice.between(0, 150));
  const cancelIds = await client.send([event(context, "cancel")]);
  return [
    {
      label: `cancelled by event ${key}`,
      eventIds,
      functionId: "cancellable",
      status: "Cancelled",
    },
    { label: `cancel ${key}`, eventIds: cancelIds, functionId: undefined },
  ];
};

const cancelledByRequest: Task = async (context) => {
  const { client, key, dice } = context;
  const eventIds = await client.send([event(context, "cancellable")]);
  const runId = await onlyRunOf(client, eventIds[0] ?? "");
  await pause(dice.between(0, 150));
  // 409 after a lost answer: the first request has cancelled it.
  await client.insist(`/v1/runs/${runId}`, { method: "DELETE" }, [200, 409]);
  return [{ label: `cancelled ${key}`, eventIds, functionId: "cancellable", status: "Cancelled" }];
};

const fan: Task = async (context) => {
  const eventIds = await context.client.send([event(context, "fan")]);
  return [{ label: `fan ${context.key}`, eventIds, functionId: "fan" }];
};

const parent: Task = async (context) => {
  const eventIds = await context.client.send([event(context, "parent")]);
  const complain = ({ child }: Record<string, unknown>): string[] =>
    JSON.stringify(child).includes('"token"') ? [] : [`its child returned ${String(child)}`];
  return [{ label: `parent ${context.key}`, eventIds, functionId: "parent", complain }];
};

/** By name, with how often they are picked. */
export const TASKS: Readonly<Record<string, { readonly weight: number; readonly task: Task }>> = {
  sequence: { weight: 8, task: simple("sequence") },
  parallel: { weight: 6, task: simple("parallel") },
  sleeper: {
    weight: 6,
    task: simple("sleeper", "Completed", (dice) => ({ ms: dice.between(200, 1_000) })),
  },
  flaky: { weight: 4, task: simple("flaky") },
  doomed: { weight: 2, task: simple("doomed", "Failed") },
  array: { weight: 1, task: array },
  abandonedArray: { weight: 1, task: abandonedArray },
  twice: { weight: 4, task: twice },
  waiter: { weight: 4, task: waiter },
  patient: { weight: 2, task: patient },
  signalled: { weight: 4, task: signalled },
  cancelledByEvent: { weight: 4, task: cancelledByEvent },
  cancelledByRequest: { weight: 2, task: cancelledByRequest },
  fan: { weight: 4, task: fan },
  parent: { weight: 4, task: parent },
};

async function onlyRunOf(client: CrashClient, eventId: string): Promise<string> {
  // The runs of an event are made in the commit that the answer waited for.
  const runs = await client.runsOf(eventId);
  if (runs.length !== 1) throw new Error(`event ${eventId} has ${runs.length} runs, expected 1`);
  return runs[0]?.run_id ?? "";
}

async function seesStep(client: CrashClient, runId: string, stepOp: string): Promise<void> {
  const endsAtMs = Date.now() + STEP_SEEN_MS;
  while (!(await client.showsStep(runId, stepOp))) {
    if (Date.now() > endsAtMs) throw new Error(`run ${runId} never came to its ${stepOp}`);
    await pause(POLL_MS);
  }
}
