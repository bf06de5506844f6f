// why, pause, resume and limits against a recorded server: what they ask, what they print, how they fail. The same commands
// meet a real server in tests/protocol/flow-controls.test.ts.
import { describe, expect, it } from "vitest";
import { checkLimitSetting, limitPatchOf } from "./limit-settings.ts";
import { main } from "./main.ts";
import { createTestIo } from "./test-io.ts";
import { timeText } from "./time-text.ts";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly actor: string | null;
  readonly body: unknown;
}

const FUNCTIONS = [
  { id: "fn-1", slug: "shop-order", name: "Order" },
  { id: "fn-2", slug: "shop-mail", name: "Mail" },
  { id: "fn-3", slug: "blog-mail", name: "Mail" },
];
const AT = "2026-03-01T08:00:00.000Z";
const LIMITS = {
  concurrency: [{ limit: 5, key: "event.data.user", scope: "account", level: "fn" }],
  throttle: { limit: 10, period: "1m", burst: 2 },
  rateLimit: null,
  debounce: { period: "5s", timeout: "1m" },
  retries: 4,
};
const CONTROLS = {
  functionId: "fn-1",
  functionSlug: "shop-order",
  isPaused: false,
  pausedAt: null,
  limits: LIMITS,
  code: { ...LIMITS, throttle: null, retries: 2 },
  overridden: ["throttle", "retries"],
  updatedAt: AT,
};
const notFound = (): Response =>
  Response.json({ errors: [{ code: "not_found", message: "There is none." }] }, { status: 404 });

/** Runs a command against answers by method and path; the list of functions is always there. */
async function run(argv: readonly string[], answers: Readonly<Record<string, unknown>> = {}) {
  const asked: Asked[] = [];
  const io = createTestIo({
    isTerminal: true,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      const { pathname, search } = new URL(request.url);
      const text = await request.text();
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      if (pathname === "/v0/gql") {
        return Response.json({ data: { functions: FUNCTIONS } });
      }
      const path = pathname + search;
      const { method, headers } = request;
      asked.push({ method, path, actor: headers.get("x-everstep-actor"), body });
      const answer = answers[`${method} ${path}`];
      return answer instanceof Response ? answer : Response.json({ data: answer });
    },
  });
  const code = await main(argv, io);
  return { code, out: io.out(), err: io.err(), asked };
}

describe("everstep why", () => {
  const explained = {
    runId: "01JZ8M9E5S3V7Q2X4B6N8R0RVN",
    functionSlug: "shop-order",
    status: "running",
    sentence: "One.",
    reasons: [{ sentence: "One." }, { sentence: "Two \u001b[31m." }],
    keyErrors: { "event.data.x": "no such key" },
  };

  it("prints every reason of a run, safe for a terminal", async () => {
    const { code, out, asked } = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0RVN"], {
      "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0RVN/explain": explained,
    });
    expect(code).toBe(0);
    expect(out).toBe(
      "run 01JZ8M9E5S3V7Q2X4B6N8R0RVN of shop-order: running\n  One.\n  Two \\u001b[31m.\n  Key event.data.x failed: no such key\n",
    );
    expect(asked).toHaveLength(1);
  });

  it("says how an ended run ended", async () => {
    const ended = { ...explained, reasons: [], keyErrors: undefined, sentence: "Completed." };
    const { out } = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0RVN"], {
      "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0RVN/explain": ended,
    });
    expect(out).toBe("run 01JZ8M9E5S3V7Q2X4B6N8R0RVN of shop-order: running\n  Completed.\n");
  });

  it("takes the id for an event's when it is no run's", async () => {
    const event = {
      eventId: "01JZ8M9E5S3V7Q2X4B6N8R0EVT",
      eventName: "shop/order.placed",
      sentence: "Two things.",
      functions: [
        { sentence: "Started run 01JZ8M9E5S3V7Q2X4B6N8R0RVN." },
        { sentence: "Rate limited." },
      ],
    };
    const answers = {
      "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0EVT/explain": notFound(),
      "GET /v2/events/01JZ8M9E5S3V7Q2X4B6N8R0EVT/explain": event,
    };
    const { out } = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0EVT"], answers);
    expect(out).toBe(
      "event 01JZ8M9E5S3V7Q2X4B6N8R0EVT (shop/order.placed)\n  Started run 01JZ8M9E5S3V7Q2X4B6N8R0RVN.\n  Rate limited.\n",
    );
    const lonely = { ...event, functions: [], sentence: 'No function listens. Did you mean "x"?' };
    const none = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0EVT"], {
      ...answers,
      "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0EVT/explain": notFound(),
      "GET /v2/events/01JZ8M9E5S3V7Q2X4B6N8R0EVT/explain": lonely,
    });
    expect(none.out).toContain('Did you mean "x"?');
  });

  it("prints what it was told with --json", async () => {
    const answers = { "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0RVN/explain": explained };
    const { out } = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0RVN", "--json"], answers);
    expect(JSON.parse(out)).toEqual(explained);
  });

  it("fails with the way out when it is neither, or the server is too old", async () => {
    const neither = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0XXX"], {
      "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0XXX/explain": notFound(),
      "GET /v2/events/01JZ8M9E5S3V7Q2X4B6N8R0XXX/explain": notFound(),
    });
    expect(neither.code).toBe(1);
    expect(neither.err).toContain(
      "has neither a run nor an event 01JZ8M9E5S3V7Q2X4B6N8R0XXX. List runs with: everstep runs",
    );
    const old = Response.json({ error: "There is no route", status: 404 }, { status: 404 });
    const { code, err } = await run(["why", "01JZ8M9E5S3V7Q2X4B6N8R0XXX"], {
      "GET /v2/runs/01JZ8M9E5S3V7Q2X4B6N8R0XXX/explain": old,
    });
    expect(code).toBe(1);
    expect(err).toContain("refused with status 404: There is no route");
  });
});

describe("everstep pause and resume", () => {
  it("finds the function as people name it and says what holds now", async () => {
    const pausedAt = AT;
    const { out, asked } = await run(["pause", "order"], {
      "POST /v2/functions/fn-1/pause": { ...CONTROLS, isPaused: true, pausedAt },
    });
    expect(out).toContain(`shop-order is paused since ${timeText(Date.parse(AT))}.`);
    expect(out).toContain("Go on with: everstep resume shop-order");
    expect(asked).toEqual([
      { method: "POST", path: "/v2/functions/fn-1/pause", actor: "cli", body: {} },
    ]);
    const resumed = await run(["resume", "shop-order"], {
      "POST /v2/functions/fn-1/resume": CONTROLS,
    });
    expect(resumed.out).toBe("shop-order is active.\n");
  });

  it.each([
    [["pause", "ordr"], 1, "Did you mean order?"],
    [["pause", "mail"], 1, '"mail" fits several functions: use one of shop-mail, blog-mail'],
    [["pause"], 2, "everstep pause needs a function. Usage: everstep pause FUNCTION"],
    [["resume", "a", "b"], 2, 'everstep resume does not take "b"'],
  ])("%o fails with the way out", async (argv, code, words) => {
    const answer = await run(argv);
    expect(answer.code).toBe(code);
    expect(answer.err).toContain(words);
    expect(answer.asked).toEqual([]);
  });
});

describe("everstep limits", () => {
  it("shows what is in force, where it comes from, and how to go back", async () => {
    const { out } = await run(["limits", "order"], { "GET /v2/functions/fn-1/limits": CONTROLS });
    expect(out).toBe(
      [
        "shop-order is active",
        "",
        "LIMIT        IN FORCE                                           FROM      IN CODE",
        "concurrency  5, key event.data.user, scope account, whole runs  code",
        "throttle     10 per 1m, burst 2                                 set here  none",
        "rateLimit    none                                               code",
        "debounce     after 5s, at most 1m                               code",
        "retries      4                                                  set here  2",
        "",
        "Back to the code's: everstep limits shop-order --set throttle=code",
        "",
      ].join("\n"),
    );
  });

  it("sends changes as one and shows what holds then", async () => {
    const { out, asked } = await run(
      [
        "limits",
        "order",
        "--set",
        "concurrency=5",
        "--set",
        "throttle.limit=10",
        "--set",
        "throttle.period=1m",
        "--json",
      ],
      { "PATCH /v2/functions/fn-1/limits": CONTROLS },
    );
    expect(asked).toEqual([
      {
        method: "PATCH",
        path: "/v2/functions/fn-1/limits",
        actor: "cli",
        body: { concurrency: 5, throttle: { limit: 10, period: "1m" } },
      },
    ]);
    expect(JSON.parse(out)).toEqual(CONTROLS);
  });

  it("shows who changed what", async () => {
    const state = (overrides: unknown, pausedAt: string | null = null): unknown => ({
      overrides,
      pausedAt,
    });
    const { out } = await run(["limits", "order", "--audit"], {
      "GET /v2/functions/fn-1/audit?limit=100": [
        { at: AT, actor: "cli", before: state({}), after: state({}, AT) },
        {
          at: AT,
          actor: "ada",
          before: state({ retries: 2 }),
          after: state({ throttle: null, concurrency: [{ limit: 3, scope: "fn", level: "step" }] }),
        },
      ],
    });
    expect(out.split("\n").slice(1)).toEqual([
      `${timeText(Date.parse(AT))}  cli  paused`,
      `${timeText(Date.parse(AT))}  ada  concurrency as in code -> 3; throttle as in code -> none; retries 2 -> as in code`,
      "",
    ]);
    const none = await run(["limits", "order", "--audit"], {
      "GET /v2/functions/fn-1/audit?limit=100": [],
    });
    expect(none.out).toBe("Nobody has paused shop-order or changed its limits.\n");
  });

  it("repeats every refusal of the server", async () => {
    const errors = [{ message: "First." }, { message: "Second." }];
    const { code, err } = await run(["limits", "order", "--set", "retries=99"], {
      "PATCH /v2/functions/fn-1/limits": Response.json({ errors }, { status: 400 }),
    });
    expect(code).toBe(1);
    expect(err).toContain("refused with status 400: First. Second.");
  });

  it.each([
    ["concurrency", "write LIMIT=VALUE"],
    ["=5", "write LIMIT=VALUE"],
    ["speed=5", "the limits are concurrency, throttle"],
    ["concurrency.limit=5", 'concurrency has no part "limit": write concurrency=VALUE'],
    ["concurrency=many", "concurrency takes a whole number, off or code"],
    ["throttle.limit=1s", "throttle.limit takes a whole number"],
    ["throttle=5", "write throttle.limit=5 or throttle.period=5s"],
  ])("refuses --set %s before asking anybody", async (setting, words) => {
    const { code, err, asked } = await run(["limits", "order", "--set", setting]);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err).toContain(words);
  });

  it("does not take --set and --audit at once", async () => {
    const { code, err } = await run(["limits", "order", "--set", "retries=1", "--audit"]);
    expect(code).toBe(2);
    expect(err).toContain("--set or --audit, not both");
  });
});

describe("limitPatchOf", () => {
  it.each<[readonly string[], Record<string, unknown>]>([
    [["rateLimit=off"], { rateLimit: null }],
    [["throttle=code", "retries=0"], { throttle: "code", retries: 0 }],
    [["throttle.key=event.data.a == 1"], { throttle: { key: "event.data.a == 1" } }],
    [["throttle.key=off"], { throttle: { key: null } }],
    [["throttle=off", "throttle.limit=3"], { throttle: { limit: 3 } }],
    [
      ['concurrency=[{"limit":2,"key":"event.data.a"}]'],
      { concurrency: [{ limit: 2, key: "event.data.a" }] },
    ],
    [["throttle={5"], { throttle: "{5" }],
  ])("reads %o", (settings, patch) => {
    expect(settings.flatMap((each) => checkLimitSetting(each) ?? [])).toEqual([]);
    expect(limitPatchOf(settings)).toEqual(patch);
  });
});
