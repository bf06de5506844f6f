// A failed step is logged as the error that its author threw, so that loggers show its stack and its own members.
import { expect, it } from "vitest";
import { callOnce, silentLogger } from "./test-call.ts";

class CardError extends Error {
  override readonly name = "CardError";
  readonly declineCode = "stolen";
}

async function logOf(thrown: unknown): Promise<unknown[]> {
  const lines: unknown[] = [];
  const logger = { ...silentLogger, error: (...args: unknown[]) => void lines.push(...args) };
  await callOnce({
    handler: async ({ step }) =>
      step.run("charge", () => {
        throw thrown;
      }),
    client: { logger },
  });
  return lines;
}

it("logs the error itself", async () => {
  const error = new CardError("declined");
  expect(await logOf(error)).toEqual([error]);
  expect((await logOf(error))[0]).toBe(error);
});

it("logs what is no error as one", async () => {
  const [line] = await logOf("no money");
  expect(line).toBeInstanceOf(Error);
  expect(line).toMatchObject({ message: "no money" });
});
