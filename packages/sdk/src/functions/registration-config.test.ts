// The registration JSON, compared byte for byte with what both official majors make of the same options.
import { describe, expect, it } from "vitest";
import { Inngest as Inngest3 } from "inngest3";
import { Inngest as Inngest4 } from "inngest4";
import { Everstep } from "../client/everstep.ts";

const PLACE = { baseUrl: new URL("https://app.example/api/inngest?x=1"), appPrefix: "shop" };

type Options = Record<string, unknown> & { readonly id: string };
type Trigger = Record<string, unknown>;
interface Configured {
  getConfig(place: typeof PLACE & { readonly isConnect?: boolean }): unknown;
}
type Create = (...args: unknown[]) => Configured;

const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const v3 = new Inngest3({ id: "shop", logger: quiet, isDev: true });
const v4 = new Inngest4({ id: "shop", logger: quiet, isDev: true });
const ours = new Everstep({ id: "shop", logger: quiet, isDev: true });

function texts(
  options: Options,
  triggers: Trigger | Trigger[],
  isConnect = false,
): { readonly v3: string; readonly v4: string; readonly ours: string[] } {
  const handler = (): void => {};
  const place = { ...PLACE, isConnect };
  const three = (client: object): string =>
    JSON.stringify(
      (client as { createFunction: Create })
        .createFunction(options, triggers, handler)
        .getConfig(place),
    );
  const two = (client: object): string => {
    const all = { ...options, triggers };
    return JSON.stringify(
      (client as { createFunction: Create }).createFunction(all, handler).getConfig(place),
    );
  };
  const bound = (client: { createFunction: unknown }): object => ({
    createFunction: (...args: unknown[]): unknown =>
      (client.createFunction as Create).apply(client, args),
  });
  return { v3: three(bound(v3)), v4: two(bound(v4)), ours: [three(bound(ours)), two(bound(ours))] };
}

const CASES: readonly [string, Options, Trigger | Trigger[]][] = [
  ["nothing but an id", { id: "a" }, { event: "shop/order.placed" }],
  [
    "a name and retries",
    { id: "a", name: "Ship it", retries: 0 },
    { event: "shop/order.placed", if: "event.data.x > 1" },
  ],
  [
    "several triggers",
    { id: "a" },
    [{ event: "a/*" }, { cron: "TZ=Europe/Berlin 0 9 * * *" }, { event: "b" }],
  ],
  [
    "every flow control",
    {
      id: "a",
      retries: 3,
      concurrency: [
        { limit: 5, key: "event.data.userId" },
        { limit: 10, scope: "account", key: "'x'" },
      ],
      idempotency: "event.data.id",
      rateLimit: { limit: 10, period: "1m", key: "event.data.userId" },
      throttle: { limit: 1, period: "5s", burst: 2, key: "event.data.k" },
      debounce: { period: "5m", key: "event.data.userId", timeout: "1h" },
      priority: { run: "120" },
      timeouts: { start: "1h", finish: "1d12h" },
      singleton: { mode: "cancel", key: "event.data.id" },
    },
    { event: "x" },
  ],
  ["a plain concurrency limit", { id: "a", concurrency: 7 }, { event: "x" }],
  [
    "batching",
    { id: "a", batchEvents: { maxSize: 100, timeout: "5s", key: "event.data.k", if: "true" } },
    { event: "x" },
  ],
  [
    "cancellation",
    {
      id: "a",
      cancelOn: [
        { event: "a" },
        { event: "b", match: "data.userId", timeout: "1h" },
        { event: "c", if: "async.data.x == 1", timeout: 90_000 },
        { event: "d", timeout: new Date("2030-01-02T03:04:05.678Z") },
      ],
    },
    { event: "x" },
  ],
  [
    "a failure handler",
    { id: "a", name: "Named", retries: 5, onFailure: () => {} },
    { event: "x" },
  ],
];

describe("registration", () => {
  it.each(CASES)("is that of the official SDKs for %s", (_, options, triggers) => {
    const made = texts(options, triggers);
    expect(made.ours).toEqual([made.v3, made.v3]);
    expect(made.ours[0]).toBe(made.v4);
  });

  it("is that of the official SDKs for connect workers", () => {
    const made = texts({ id: "a", onFailure: () => {} }, { event: "x" }, true);
    expect(made.ours).toEqual([made.v4, made.v4]);
  });

  it("carries jitter, as v4, and leaves invocation out", () => {
    const made = texts({ id: "a" }, [
      { cron: "0 9 * * *", jitter: "30s" },
      { event: "inngest/function.invoked" },
    ]);
    expect(made.ours).toEqual([made.v4, made.v4]);
  });

  it("writes durations that the wire does not know in its own form", () => {
    const [config] = ours
      .createFunction(
        {
          id: "numbers",
          rateLimit: { limit: 1, period: 90_000 },
          timeouts: { finish: "90 minutes" },
        },
        { event: "x" },
        () => {},
      )
      .getConfig(PLACE);
    expect(config).toMatchObject({ rateLimit: { period: "1m30s" }, timeouts: { finish: "1h30m" } });
  });

  it("gives batches a timeout in the units that servers read", () => {
    const [config] = ours
      .createFunction(
        { id: "batch", batchEvents: { maxSize: 2, timeout: "1d" } },
        { event: "x" },
        () => {},
      )
      .getConfig(PLACE);
    expect(config?.batchEvents).toEqual({ maxSize: 2, timeout: "24h" });
  });

  it("[R4] joins `match` and `if` of cancelOn, where official SDKs drop one", () => {
    const [config] = ours
      .createFunction(
        {
          id: "both",
          cancelOn: [{ event: "c", match: "data.id", if: "async.data.n > 1 || true" }],
        },
        { event: "x" },
        () => {},
      )
      .getConfig(PLACE);
    expect(config?.cancel).toEqual([
      { event: "c", if: "(event.data.id == async.data.id) && (async.data.n > 1 || true)" },
    ]);
  });

  it("[R5] registers the retries of `retry`", () => {
    const [config] = ours
      .createFunction({ id: "retry", retry: { attempts: 2 } }, { event: "x" }, () => {})
      .getConfig(PLACE);
    expect(config?.steps.step.retries).toEqual({ attempts: 2 });
  });
});
