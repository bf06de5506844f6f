// What an engine asks an app beside calls: introspection, syncs of both kinds, probes, and requests that must be refused.
import { APP, APP_URL, type WireRequest } from "./wire-app.ts";

const IN_BAND = { "x-inngest-sync-kind": "in_band", "x-inngest-server-kind": "cloud" };
const SYNC_BODY = JSON.stringify({ url: APP_URL });
const CALL = `?fnId=${APP}-plain&stepId=step`;
const OTHER_KEY = "signkey-test-00000000000000000000000000000000";
const LONG_AGO_MS = 10 * 60 * 1_000;

/** Each is asked in dev and in cloud mode. */
export function plainRequests(nowMs: number): Readonly<Record<string, WireRequest>> {
  return {
    "introspection, unsigned": { method: "GET" },
    "introspection, signed": { method: "GET", signed: true },
    "introspection, signed with another key": { method: "GET", signed: OTHER_KEY },
    "a sync, out of band": { method: "PUT" },
    "a sync of a deploy": { method: "PUT", query: "?deployId=d-1" },
    "a sync in band, signed": { method: "PUT", headers: IN_BAND, body: SYNC_BODY, signed: true },
    "a sync in band, unsigned": { method: "PUT", headers: IN_BAND, body: SYNC_BODY },
    "a probe, signed": { method: "POST", query: `${CALL}&probe=trust`, body: "{}", signed: true },
    "a call, unsigned": { method: "POST", query: CALL, body: "{}" },
    "a call, signed with another key": {
      method: "POST",
      query: CALL,
      body: "{}",
      signed: OTHER_KEY,
    },
    "a call, signed long ago": {
      method: "POST",
      query: CALL,
      body: "{}",
      signed: true,
      signedAtMs: nowMs - LONG_AGO_MS,
    },
    "a call of an unknown function": {
      method: "POST",
      query: `?fnId=${APP}-nowhere&stepId=step`,
      body: callBody(-1),
      signed: true,
    },
    "a call of no function": { method: "POST", body: callBody(-1), signed: true },
    "a call of a version that no SDK has": {
      method: "POST",
      query: CALL,
      body: callBody(99),
      signed: true,
    },
    "another method": { method: "DELETE" },
  };
}

/** Canonical, so that every SDK agrees with its signature. */
function callBody(version: number): string {
  const event = `{"data":{},"id":"e","name":"${APP}/plain","ts":1,"user":{}}`;
  return (
    `{"ctx":{"attempt":0,"disable_immediate_execution":false,"fn_id":"","run_id":"r",` +
    `"stack":{"current":0,"stack":[]},"use_api":false},"event":${event},"events":[${event}],` +
    `"steps":{},"use_api":false,"version":${version}}`
  );
}
