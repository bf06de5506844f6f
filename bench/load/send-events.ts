// Sends events over a few parallel connections, each waiting for the acknowledgement of one request before the next.
import { sharedNowMs } from "../clock.ts";
import { EVENT_KEY } from "../processes/keys.ts";
import { HttpLane } from "./http-lane.ts";

export const EVENTS_PER_BATCH = 100;

export interface SendPlan {
  readonly port: number;
  readonly name: string;
  readonly count: number;
  readonly batch: number;
  readonly lanes: number;
  /** `data` of the event with this number. */
  readonly dataOf?: (index: number) => object;
}

export interface Sent {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Time from each request to its acknowledgement. */
  readonly acksMs: readonly number[];
}

/** The data of an event that nobody looks at: about 150 bytes. */
function sampleData(index: number): object {
  return {
    orderId: `order-${index}`,
    customer: { id: index % 1_000, email: `customer-${index % 1_000}@example.com` },
    total: 1_999,
    currency: "EUR",
    items: ["mug", "t-shirt"],
  };
}

/** Bodies are made before the clock starts. @throws when a request is not answered with 200. */
export async function sendEvents(plan: SendPlan): Promise<Sent> {
  const bodies = bodiesOf(plan);
  const lanes = await Promise.all(
    Array.from({ length: Math.min(plan.lanes, bodies.length) }, () => HttpLane.open(plan.port)),
  );
  const acksMs: number[] = [];
  let next = 0;
  const work = async (lane: HttpLane): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sentAtMs = sharedNowMs();
      await postEvents(lane, body);
      acksMs.push(sharedNowMs() - sentAtMs);
    }
  };
  const startedAtMs = sharedNowMs();
  await Promise.all(lanes.map(work));
  const endedAtMs = sharedNowMs();
  for (const lane of lanes) lane.close();
  return { startedAtMs, endedAtMs, acksMs };
}

/** @param json An event or an array of events. */
export async function postEvents(lane: HttpLane, json: string): Promise<void> {
  const reply = await lane.post(`/e/${EVENT_KEY}`, json);
  if (reply.status !== 200) throw new Error(`POST /e: ${reply.status} ${reply.body}`);
}

function bodiesOf({ name, count, batch, dataOf = sampleData }: SendPlan): readonly string[] {
  const bodies: string[] = [];
  for (let first = 0; first < count; first += batch) {
    const size = Math.min(batch, count - first);
    const events = Array.from({ length: size }, (_, index) => ({
      name,
      data: dataOf(first + index),
    }));
    bodies.push(JSON.stringify(batch === 1 ? events[0] : events));
  }
  return bodies;
}
