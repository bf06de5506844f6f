// Loggers: muted replay, both orders of arguments, levels.
import { afterEach, describe, expect, it, vi } from "vitest";
import { atLevel, ConsoleLogger } from "./console-logger.ts";
import { messageFirst, wrapStringFirstLogger } from "./message-first.ts";
import { ProxyLogger } from "./proxy-logger.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("ProxyLogger", () => {
  it("is silent until it is enabled, and passes other members on", async () => {
    class Library {
      readonly lines: unknown[] = [];
      readonly #name = "library";
      info(...args: unknown[]): void {
        this.lines.push(args);
      }
      warn(): void {}
      error(): void {}
      debug(): void {}
      describe(): string {
        return this.#name;
      }
    }
    const library = new Library();
    const logger = new ProxyLogger(library) as ProxyLogger & Library;
    logger.info("no");
    logger.enable();
    logger.info("yes", 1);
    logger.disable();
    logger.info("no");
    await logger.flush();
    expect(library.lines).toEqual([["yes", 1]]);
    expect(logger.describe()).toBe("library");
    expect(logger).toBeInstanceOf(ProxyLogger);
  });
});

describe("[R20] both orders of arguments", () => {
  it.each([
    [
      ["text", { a: 1 }],
      ["text", { a: 1 }],
    ],
    [
      [{ a: 1 }, "text"],
      ["text", { a: 1 }],
    ],
    [
      [{ err: "e", a: 1 }, "text", 5],
      ["text", "e", { a: 1 }, 5],
    ],
    [
      ["one", "two"],
      ["one", "two"],
    ],
    [[{ a: 1 }], [{ a: 1 }]],
  ])("%j", (given, expected) => {
    expect(messageFirst(given)).toEqual(expected);
  });

  it("are printed message first by the console logger, from its level on", () => {
    const info = vi.spyOn(console, "info").mockImplementation(() => {});
    const debug = vi.spyOn(console, "debug").mockImplementation(() => {});
    const logger = new ConsoleLogger();
    logger.info({ a: 1 }, "text");
    logger.debug("hidden");
    new ConsoleLogger({ level: "silent" }).info("hidden");
    expect(info.mock.calls).toEqual([["text", { a: 1 }]]);
    expect(debug.mock.calls).toEqual([]);
  });

  it("are brought to message first for other loggers", () => {
    const error = vi.fn();
    wrapStringFirstLogger({ info: error, warn: error, error, debug: error }).error(
      { a: 1 },
      "text",
    );
    expect(error).toHaveBeenCalledWith("text", { a: 1 });
  });
});

describe("atLevel", () => {
  it("hears what is at the level or above; everything without one", () => {
    const heard: unknown[] = [];
    const logger = {
      info: (line: unknown): void => void heard.push(line),
      warn: (line: unknown): void => void heard.push(line),
      error: (line: unknown): void => void heard.push(line),
      debug: (line: unknown): void => void heard.push(line),
    };
    const speak = (level: string | undefined): unknown[] => {
      heard.length = 0;
      const own = atLevel(logger, level);
      for (const name of ["debug", "info", "warn", "error"] as const) own[name](name);
      return [...heard];
    };
    expect(speak("warn")).toEqual(["warn", "error"]);
    expect(speak("debug")).toHaveLength(4);
    expect(speak("fatal")).toEqual(["error"]);
    expect(speak("silent")).toEqual([]);
    expect(speak(undefined)).toHaveLength(4);
    expect(speak("loud")).toHaveLength(4);
  });
});
