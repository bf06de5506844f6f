// The network between engines and apps: carries calls, and loses, repeats, delays and garbles them as the seed says.
import {
  TransportError,
  type InboundResponse,
  type OutboundRequest,
  type Transport,
} from "@everstep/engine";
import type { AppProcess } from "./app/app-process.ts";
import type { Answer, CallBody } from "./app/execute-call.ts";
import type { Dice } from "./dice.ts";
import type { History } from "./history.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Probabilities per call. */
export interface NetworkFaults {
  readonly loseRequest: number;
  readonly loseAnswer: number;
  /** The app gets the call twice; the engine gets one of the answers. */
  readonly repeat: number;
  /** The answer is no SDK's, or broken. */
  readonly garble: number;
  /** The answer takes long, up to longer than the engine waits. */
  readonly slow: number;
}

export interface NetworkParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly history: History;
  /** Whether faults may happen now. */
  readonly faults: () => NetworkFaults;
  readonly findApp: (url: URL) => AppProcess;
  readonly onSent: (sent: SentCall) => void;
  readonly onEnded: (sent: SentCall, answer: Answer | undefined) => void;
}

/** A call on its way, as the checkers see it. */
export interface SentCall {
  readonly life: number;
  readonly jobId: number;
  readonly body: CallBody;
  readonly atMs: number;
}

/** What the network knows of one life of the engine. */
export interface EngineSide {
  readonly isAlive: boolean;
  readonly number: number;
}

export interface Network {
  connect(life: EngineSide): Transport;
  /** The calls that engines alive now wait for. */
  readonly inFlight: ReadonlySet<SentCall>;
  /** The engine has died: nobody waits for its calls. */
  forgetCalls(): void;
}

const LATENCY_MS_MAX = 8;
const SLOW_MS_MAX = 45_000;

export function createNetwork(parts: NetworkParts): Network {
  return new FaultyNetwork(parts);
}

class FaultyNetwork implements Network {
  readonly inFlight = new Set<SentCall>();
  readonly #parts: NetworkParts;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  forgetCalls(): void {
    this.inFlight.clear();
  }

  connect(life: EngineSide): Transport {
    const closing: (() => void)[] = [];
    return {
      send: (request) => {
        const closed = new Promise<never>((_resolve, reject) => {
          closing.push(() => reject(new TransportError("shutting_down", "closing")));
        });
        return life.isAlive ? this.#exchange(life, request, closed) : never();
      },
      async close() {
        for (const close of closing) close();
      },
    };
  }

  async #exchange(
    life: EngineSide,
    request: OutboundRequest,
    closed: Promise<never>,
  ): Promise<InboundResponse> {
    const { time, history, onSent, onEnded } = this.#parts;
    const body = JSON.parse(request.body) as CallBody;
    const jobId = Number(request.headers["x-inngest-job-id"]);
    const sent: SentCall = { life: life.number, jobId, body, atMs: time.nowMs };
    const { ctx, steps } = body;
    history.record("call", { url: request.url, job: jobId, ctx, steps });
    onSent(sent);
    this.inFlight.add(sent);
    const work = Promise.race([this.#carry(request, body), this.#timeout(request), closed]);
    const end = await work.then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if (!life.isAlive) return never();
    this.inFlight.delete(sent);
    if ("error" in end) {
      onEnded(sent, undefined);
      history.record("call failed", { job: jobId, error: String(end.error) });
      throw end.error;
    }
    const { answer } = end;
    onEnded(sent, answer);
    history.record("answer", { job: jobId, status: answer.status, body: answer.bodyText });
    return answer;
  }

  #timeout({ timeoutMs }: OutboundRequest): Promise<never> {
    const { time } = this.#parts;
    return new Promise((_resolve, reject) => {
      time.at(time.nowMs + timeoutMs, () =>
        reject(new TransportError("timed_out", "no answer in time")),
      );
    });
  }

  async #carry(request: OutboundRequest, call: CallBody): Promise<Answer> {
    const { time, dice } = this.#parts;
    const faults = this.#parts.faults();
    await time.delay(dice.int(0, LATENCY_MS_MAX));
    const url = new URL(request.url);
    const app = this.#parts.findApp(url);
    if (!app.isUp) throw new TransportError("unreachable", "the app is down");
    if (dice.chance(faults.loseRequest)) throw lost();
    const answer = await this.#deliver(app, url.searchParams.get("fnId") ?? "", call);
    await time.delay(dice.int(0, dice.chance(faults.slow) ? SLOW_MS_MAX : LATENCY_MS_MAX));
    if (dice.chance(faults.loseAnswer)) throw lost();
    return dice.chance(faults.garble) ? garbled(dice, answer) : answer;
  }

  /** Once or twice; one of the answers goes back. */
  async #deliver(app: AppProcess, slug: string, call: CallBody): Promise<Answer> {
    const { time, dice, history, faults } = this.#parts;
    const answers = [app.handle(slug, call)];
    if (dice.chance(faults().repeat)) {
      history.record("call repeated", { generation: call.ctx.generation_id });
      answers.push(time.delay(dice.int(0, 3_000)).then(() => app.handle(slug, call)));
    }
    for (const answer of answers) answer.catch(() => undefined);
    try {
      return await dice.pick(answers);
    } catch {
      throw lost();
    }
  }
}

function lost(): TransportError {
  return new TransportError("connection_lost", "the connection was lost");
}

function garbled(dice: Dice, answer: Answer): Answer {
  return dice.pick<Answer>([
    { status: 200, headers: { "content-type": "text/html" }, bodyText: "<html>sign in</html>" },
    { status: 502, headers: {}, bodyText: "Bad Gateway" },
    { ...answer, status: 206, bodyText: '[{"id":"0","op":"NoSuchOp"}]' },
    { ...answer, status: 206, bodyText: '[{"op":"StepRun","id":' },
    { ...answer, status: 500, bodyText: "" },
  ]);
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
