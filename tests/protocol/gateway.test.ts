// Requests that the engine makes for a function: step.fetch and step.ai.infer, against servers inside this test.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "./harness/free-port.ts";
import { TestHttpServer } from "./harness/http-server.ts";
import { MODES, World, freshId } from "./harness/world.ts";

vi.setConfig({ maxConcurrency: 40 });

const COMPLETION = {
  id: "chat-1",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "42" }, finish_reason: "stop" }],
};

let world: World;
let target: TestHttpServer;
let provider: TestHttpServer;

beforeAll(async () => {
  target = await TestHttpServer.listen((request, response) => {
    const status = Number(new URL(request.url, "http://target").searchParams.get("status"));
    response.writeHead(status, { "x-answer": "yes", "content-type": "text/plain" });
    response.end(`you said: ${request.body}`);
  });
  const seen = new Map<string, number>();
  provider = await TestHttpServer.listen((request, response) => {
    // The path's first part is the test's id, the second says how the provider behaves.
    const [, id = "", behaviour] = request.url.split("/");
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    const fails = behaviour === "broken" || (behaviour === "flaky" && count === 1);
    response.writeHead(fails ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(fails ? { error: { message: "overloaded" } } : COMPLETION));
  });
  world = await World.start({ functions: "gateway", modes: MODES });
});
afterAll(async () => {
  await world.stop();
  await Promise.all([target.close(), provider.close()]);
});

describe.concurrent.each(MODES)("step.fetch, $name", (mode) => {
  it("makes the request and gives the response to the function", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/fetch`, {
      url: `${target.url}/${id}?status=201`,
    });
    expect(run).toMatchObject({
      status: "Completed",
      output: { status: 201, text: "you said: hello from the app", header: "yes" },
    });
    const received = target.requests.filter((request) => request.url.startsWith(`/${id}`));
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: "POST",
      headers: { "x-test": "yes", "content-type": "text/plain" },
    });
  });

  it("takes an error status for an answer like any other", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/fetch`, {
      url: `${target.url}/?status=503`,
    });
    expect(run).toMatchObject({ status: "Completed", output: { status: 503 } });
  });

  it("throws at the function when nothing listens there, after its retries", async () => {
    const port = await freePort();
    const run = await world.engine.runToEnd(`${mode.name}/fetch`, {
      url: `http://127.0.0.1:${port}/`,
    });
    expect(run.status).toBe("Completed");
    const output = run.output as { caught: string; message: string };
    expect(output.caught).toMatch(/GatewayError|StepError/);
    expect(output.message).toMatch(/ECONNREFUSED|refused|connect/i);
  });
});

describe.concurrent.each(MODES)("step.ai.infer, $name", (mode) => {
  it("asks the provider with the key and gives its answer to the function", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/infer`, {
      url: `${provider.url}/${id}/well/`,
      question: "meaning?",
    });
    expect(run).toMatchObject({ status: "Completed", output: COMPLETION });
    const received = provider.requests.filter((request) => request.url.startsWith(`/${id}`));
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: "POST",
      url: `/${id}/well/chat/completions`,
      headers: { authorization: "Bearer sk-test" },
    });
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
      model: "test-model",
      messages: [{ role: "user", content: "meaning?" }],
    });
  });

  it("asks again when the provider answers with an error", async () => {
    const run = await world.engine.runToEnd(`${mode.name}/infer`, {
      url: `${provider.url}/${freshId()}/flaky/`,
      question: "meaning?",
    });
    expect(run).toMatchObject({ status: "Completed", output: COMPLETION });
  });

  it("throws an AIGatewayError at the function when it keeps failing", async () => {
    const id = freshId();
    const run = await world.engine.runToEnd(`${mode.name}/infer`, {
      url: `${provider.url}/${id}/broken/`,
      question: "meaning?",
    });
    expect(run.status).toBe("Completed");
    expect(run.output).toMatchObject({ caught: "AIGatewayError" });
    const received = provider.requests.filter((request) => request.url.startsWith(`/${id}`));
    expect(received).toHaveLength(2);
  });
});
