// Runs that are looked at one by one: started, awaited by their mark, and only then the next. What parallel and long share.
import { sharedNowMs } from "../clock.ts";
import { HttpLane } from "../load/http-lane.ts";
import { postEvents } from "../load/send-events.ts";
import type { MarkMessage } from "../messages.ts";
import type { Pair, Stage } from "../stage.ts";

export interface SingleRuns {
  readonly functionId: string;
  /** What the function reports at its end. */
  readonly topic: string;
  readonly count: number;
  readonly runs: number;
}

export interface SingleRun {
  readonly ms: number;
  readonly mark: MarkMessage;
}

/** ms from the event sent to the last line of the handler. */
export async function runOneByOne(
  stage: Stage,
  { app }: Pair,
  { functionId, topic, count, runs }: SingleRuns,
): Promise<readonly SingleRun[]> {
  const lane = await HttpLane.open(stage.engine.options.port);
  const ended: SingleRun[] = [];
  for (let index = 0; index < runs; index += 1) {
    const data = { count, key: `key-${index}` };
    const sentAtMs = sharedNowMs();
    await postEvents(lane, JSON.stringify({ name: app.eventName(functionId), data }));
    const mark = await app.takeMark(topic);
    ended.push({ ms: mark.atMs - sentAtMs, mark });
  }
  lane.close();
  await stage.waitCompleted(runs);
  return ended;
}

/** The same without an engine. */
export async function callOneByOne(
  stage: Stage,
  { stubApp }: Pair,
  { functionId, topic, count, runs }: SingleRuns,
): Promise<readonly SingleRun[]> {
  const work = { functionId, runs, data: { count }, concurrency: 1 };
  const { startsAtMs } = await stage.stub.run(stubApp, work);
  const ended: SingleRun[] = [];
  for (const startedAtMs of startsAtMs) {
    const mark = await stubApp.takeMark(topic);
    ended.push({ ms: mark.atMs - startedAtMs, mark });
  }
  return ended;
}
