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

export interface Network {
  connect(life: { isAlive: boolean; number: number }): Transport;
  /** The calls that engines alive now wait for. */
  readonly inFlight: ReadonlySet<SentCall>;
  /** The engine has died: nobody waits for its calls. */
  forgetCalls(): void;
}

const LATENCY_MS_MAX = 8;
const SLOW_MS_MAX = 45_000;

export function createNetwork(parts: NetworkParts): Network {
  const { time, dice, history } = parts;
  const inFlight = new Set<SentCall>();

  const carry = async (request: OutboundRequest, call: CallBody): Promise<Answer> => {
    const faults = parts.faults();
    await time.delay(dice.int(0, LATENCY_MS_MAX));
    const url = new URL(request.url);
    const app = parts.findApp(url);
    if (!app.isUp) throw new TransportError("unreachable", "the app is down");
    if (dice.chance(faults.loseRequest)) throw lost();
    const slug = url.searchParams.get("fnId") ?? "";
    const answers = [app.handle(slug, call)];
    if (dice.chance(faults.repeat)) {
      history.record("call repeated", { generation: call.ctx.generation_id });
      answers.push(time.delay(dice.int(0, 3_000)).then(() => app.handle(slug, call)));
    }
    for (const answer of answers) answer.catch(() => undefined);
    let answer: Answer;
    try {
      answer = await dice.pick(answers);
    } catch {
      throw lost();
    }
    await time.delay(dice.int(0, dice.chance(faults.slow) ? SLOW_MS_MAX : LATENCY_MS_MAX));
    if (dice.chance(faults.loseAnswer)) throw lost();
    return dice.chance(faults.garble) ? garbled(dice, answer) : answer;
  };

  const send = async (sent: SentCall, request: OutboundRequest): Promise<InboundResponse> => {
    const timeout = new Promise<never>((_resolve, reject) => {
      time.at(time.nowMs + request.timeoutMs, () =>
        reject(new TransportError("timed_out", "no answer in time")),
      );
    });
    return Promise.race([carry(request, sent.body), timeout]);
  };

  return {
    inFlight,
    forgetCalls: () => inFlight.clear(),
    connect(life) {
      const closing: (() => void)[] = [];
      return {
        async send(request) {
          if (!life.isAlive) return never();
          const body = JSON.parse(request.body) as CallBody;
          const jobId = Number(request.headers["x-inngest-job-id"]);
          const sent: SentCall = { life: life.number, jobId, body, atMs: time.nowMs };
          history.record("call", {
            url: request.url,
            job: jobId,
            ctx: body.ctx,
            steps: body.steps,
          });
          parts.onSent(sent);
          inFlight.add(sent);
          const closed = new Promise<never>((_resolve, reject) => {
            closing.push(() => reject(new TransportError("shutting_down", "closing")));
          });
          let answer: Answer | undefined;
          try {
            answer = await Promise.race([send(sent, request), closed]);
          } catch (error) {
            if (!life.isAlive) return never();
            inFlight.delete(sent);
            parts.onEnded(sent, undefined);
            history.record("call failed", { job: jobId, error: String(error) });
            throw error;
          }
          if (!life.isAlive) return never();
          inFlight.delete(sent);
          parts.onEnded(sent, answer);
          history.record("answer", { job: jobId, status: answer.status, body: answer.bodyText });
          return answer;
        },
        async close() {
          for (const close of closing) close();
        },
      };
    },
  };
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
