// Apps that answer wrongly, late or not at all. Each fault costs one attempt; the run goes on when the app behaves again,
// and a run that fails says what the app did.
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { HandMadeRequest, Scenario } from "./harness/hand-made-app.ts";
import { HandMadeApp, SDK_HEADERS, answerJson } from "./harness/hand-made-app.ts";
import { V4, World } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

type Fault = (response: ServerResponse) => void;

const PLAIN = { "content-type": "text/html" };

/** What the app does wrong, and words that the error of a run must have when it never gets better. */
const FAULTS: Readonly<Record<string, { fault: Fault; says: RegExp }>> = {
  garbage: {
    fault: (response) => response.writeHead(206, SDK_HEADERS).end("{{{ not json"),
    says: /json|parse|invalid/i,
  },
  "html without the SDK's header": {
    fault: (response) => response.writeHead(200, PLAIN).end("<html>captive portal</html>"),
    says: /sdk/i,
  },
  "a 500 page without the SDK's header": {
    fault: (response) => response.writeHead(500, PLAIN).end("<h1>Internal Server Error</h1>"),
    says: /500/,
  },
  "a 404 page without the SDK's header": {
    fault: (response) => response.writeHead(404, PLAIN).end("not here"),
    says: /404/,
  },
  "a closed connection": {
    fault: (response) => response.destroy(),
    says: /closed|reset|hang up|connection|ECONN|unreachable/i,
  },
  "a truncated answer": {
    fault: (response) => {
      response.writeHead(200, { ...SDK_HEADERS, "content-length": "1000" });
      response.write('{"half":');
      response.socket?.destroySoon();
    },
    says: /closed|reset|abort|truncated|connection|ECONN|terminated|premature/i,
  },
  "an unknown op": {
    fault: (response) =>
      answerJson(response, 206, [{ op: "StepTeleport", id: "0".repeat(40), data: null }]),
    says: /StepTeleport/,
  },
  "a null op": {
    fault: (response) => answerJson(response, 206, [null]),
    says: /null|op/i,
  },
  "no body": {
    fault: (response) => response.writeHead(206, SDK_HEADERS).end(),
    says: /empty|body/i,
  },
  "a broken stream": {
    fault: (response) => response.writeHead(201, SDK_HEADERS).end('     {"status":'),
    says: /json|parse|stream|invalid/i,
  },
  "a stream that reports an error": {
    fault: (response) =>
      response.writeHead(201, SDK_HEADERS).end('   {"status":200,"body":"","error":"lost it"}'),
    says: /lost it/,
  },
};

function once(fault: Fault): Scenario {
  return (request, response) => {
    if (request.ctx.attempt === 0) {
      fault(response);
    } else {
      answerJson(response, 200, "recovered");
    }
  };
}

let world: World;
let patient: HandMadeApp;
let strict: HandMadeApp;
const hanging = new Map<string, ServerResponse>();

beforeAll(async () => {
  world = await World.start({ functions: "steps", modes: [V4] });
  const names = Object.keys(FAULTS);
  const faultOf = (name: string): Fault => FAULTS[name]?.fault ?? (() => {});
  patient = await HandMadeApp.start(world.engine, {
    appId: "patient",
    retries: 3,
    scenarios: {
      ...Object.fromEntries(names.map((name) => [name, once(faultOf(name))])),
      hang: (request: HandMadeRequest, response: ServerResponse) => {
        hanging.set(request.ctx.run_id, response);
      },
      redirect: (request, response) => {
        response.writeHead(307, { location: "/elsewhere" }).end();
        redirected.add(request.ctx.run_id);
      },
      "no-retry": (_, response) =>
        answerJson(response, 500, { name: "E", message: "final" }, NO_RETRY),
      "ok-no-retry": (_, response) => answerJson(response, 200, "but failed", NO_RETRY),
    },
  });
  strict = await HandMadeApp.start(world.engine, {
    appId: "strict",
    retries: 0,
    scenarios: Object.fromEntries(
      names.map((name) => [name, (_, response) => faultOf(name)(response)] as [string, Scenario]),
    ),
  });
});
afterAll(async () => {
  for (const response of hanging.values()) {
    response.destroy();
  }
  await world.stop();
  await Promise.all([patient.stop(), strict.stop()]);
});

const redirected = new Set<string>();
const NO_RETRY = { ...SDK_HEADERS, "x-inngest-no-retry": "true" };

describe.concurrent.each(Object.keys(FAULTS))("%s", (scenario) => {
  it("costs an attempt, and the run goes on when the app is well again", async () => {
    const run = await world.engine.runToEnd("patient/odd", { scenario });
    expect(run).toMatchObject({ status: "Completed", output: "recovered" });
    const attempts = patient.callsOf(run.run_id).map((call) => call.ctx.attempt);
    expect(attempts).toStrictEqual([0, 1]);
  });

  it("fails the run with words about it when no attempt is left", async () => {
    const run = await world.engine.runToEnd("strict/odd", { scenario });
    expect(run.status).toBe("Failed");
    // An error of the engine's own making, not the app's raw answer.
    const output = run.output as { name?: unknown; message?: unknown };
    expect(output).toMatchObject({ name: expect.any(String) as string });
    expect(output.message).toMatch(FAULTS[scenario]?.says ?? /never/);
    expect(strict.callsOf(run.run_id)).toHaveLength(1);
  });
});

describe.concurrent("other answers", () => {
  it("no-retry ends a run at once, even beside a 200", async () => {
    const [failed, okay] = await Promise.all([
      world.engine.runToEnd("patient/odd", { scenario: "no-retry" }),
      world.engine.runToEnd("patient/odd", { scenario: "ok-no-retry" }),
    ]);
    expect(failed.status).toBe("Failed");
    expect(JSON.stringify(failed.output)).toContain("final");
    expect(okay.status).toBe("Failed");
    expect(patient.callsOf(failed.run_id)).toHaveLength(1);
    expect(patient.callsOf(okay.run_id)).toHaveLength(1);
  });

  it("an app that hangs holds up nobody else, and its run can be cancelled", async () => {
    const runId = await world.engine.start("patient/odd", { scenario: "hang" });
    await world.engine.runToEnd("patient/odd", { scenario: "garbage" });
    await world.engine.runToEnd(`${V4.name}/sequence`, { id: "beside a hanging call" });
    expect(await world.engine.run(runId)).toMatchObject({ status: "Running" });
    const response = await world.engine.request(`/v1/runs/${runId}`, { method: "DELETE" });
    expect(response.ok).toBe(true);
    expect(await world.engine.waitEnd(runId)).toMatchObject({ status: "Cancelled" });
  });

  it("a redirect is followed with the same body, up to a bound", async () => {
    const run = await world.engine.runToEnd("patient/odd", { scenario: "redirect" });
    expect(redirected).toContain(run.run_id);
    expect(patient.callsOf(run.run_id).length).toBeGreaterThan(1);
    expect(run.status).toBe("Failed");
    expect(JSON.stringify(run.output)).toMatch(/redirect/i);
  });
});
