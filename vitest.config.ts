// The one test configuration. `unit` runs beside the code and in memory; `process` starts real servers and apps, so it
// runs afterwards and alone: two cores shared with unit tests would turn its waits into timeouts. `e2e` drives a browser.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "tests/**/*.test.ts", "bench/**/*.test.ts"],
          exclude: ["tests/{cli,crash,e2e,examples,package,protocol}/**"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "process",
          include: ["tests/{cli,crash,examples,package,protocol}/**/*.test.ts"],
          // A crash test has five lives of an engine in it, and waits inside of tests are bounded by themselves.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          globalSetup: "tests/e2e/harness/global-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // One browser, one engine, and times that are measured: one file after the other.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
