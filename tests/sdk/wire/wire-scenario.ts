// The comparison itself, for one official version: every function of the protocol suite is played from its first call to its end
// with the official SDK and with ours, and everything else that an engine asks is asked of both. Time stands still.
import { verifySignature } from "@everstep/protocol";
import * as everstep from "everstep";
import { serve } from "everstep/edge";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  differencesByMember,
  differencesOf,
  notAllowed,
  withoutStacks,
  type Allowed,
} from "./compare.ts";
import { plainRequests } from "./plain-requests.ts";
import { walk } from "./walk.ts";
import { KEY, makeWireApp, type WireSdk } from "./wire-app.ts";

const NOW_MS = 1_700_000_000_000;

/** Read by the functions of the sets. */
const DATA = {
  id: "by-hand",
  a: 1,
  b: 2,
  url: "http://target.test/path?x=1",
  question: "why?",
  signal: "s-1",
  untilMs: 1_900_000_000_123,
  app: "other",
  amount: 200,
  n: 1,
  atLeast: 1,
  gate: "g",
  room: "r",
} as const;

export interface WireDifferences {
  readonly calls: readonly Allowed[];
  readonly plain: readonly Allowed[];
  readonly sent: readonly Allowed[];
  /** Takes out of bodies what one of the two cannot know. */
  readonly mask?: (text: string) => string;
}

export function describeWire(official: WireSdk, allowed: WireDifferences): void {
  const ours: WireSdk = { version: official.version, module: everstep, serve };
  const used = new Set<Allowed>();
  const name = `official v${official.version} and ours`;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW_MS });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  describe(`calls: ${name} answer alike`, () => {
    const { specs } = makeWireApp(official, "cloud");
    it.each(specs.map(({ id }) => id))("%s", async (functionId) => {
      const spec = specs.find(({ id }) => id === functionId);
      for (const isEager of [false, true]) {
        const apps = { official: makeWireApp(official, "cloud"), ours: makeWireApp(ours, "cloud") };
        const event = { name: spec?.triggers[0]?.event ?? "", data: DATA };
        for (const exchange of await walk({ ...apps, functionId, event, isEager })) {
          expect(notAllowed(differencesOf(exchange, allowed.mask), allowed.calls, used)).toEqual(
            [],
          );
          expectSigned(exchange.ours);
        }
        const { sent } = apps.official;
        expect(apps.ours.sent).toHaveLength(sent.length);
        const answer = { status: 200, headers: {}, text: "" };
        const differences = differencesByMember(
          { ...answer, sent },
          { ...answer, sent: apps.ours.sent },
        );
        expect(notAllowed(differences, allowed.sent, used)).toEqual([]);
      }
    });
  });

  describe.each(["dev", "cloud"] as const)(`other requests in %s mode: ${name}`, (mode) => {
    it.each(Object.entries(plainRequests(NOW_MS)))("%s", async (_name, request) => {
      const apps = [makeWireApp(official, mode), makeWireApp(ours, mode)] as const;
      const [one, other] = [await apps[0].ask(request), await apps[1].ask(request)];
      const differences = differencesByMember(
        { ...one, sent: request.method === "PUT" ? apps[0].sent : [] },
        { ...other, sent: request.method === "PUT" ? apps[1].sent : [] },
      );
      expect(notAllowed(differences, allowed.plain, used)).toEqual([]);
    });
  });

  afterAll(() => {
    const all = [...allowed.calls, ...allowed.plain, ...allowed.sent];
    const unused = all.filter((entry) => !used.has(entry)).map(({ pattern }) => String(pattern));
    expect(unused).toEqual([]);
  });
}

/** Equal bodies have equal signatures; one with a stack of our own must at least be right. */
function expectSigned({
  headers,
  text,
}: {
  headers: Readonly<Record<string, string>>;
  text: string;
}): void {
  const header = headers["x-inngest-signature"];
  const check = verifySignature({
    keys: [KEY],
    body: text,
    header,
    nowMs: NOW_MS,
  });
  expect(check, withoutStacks(text)).toMatchObject({ ok: true });
}
