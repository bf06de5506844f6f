// What brings events in: each gets its internal id here, before the partition loop sees it.
import { manualTickEvent } from "@everstep/core";
import { canonicalJson, toEventRecord, ulidFromSeed, type EventRecord } from "@everstep/protocol";
import type { EngineOptions } from "../create-engine.ts";
import type { Engine, InvokeInput, SendOptions } from "../engine.ts";
import type { Partition } from "../partition/open-partition.ts";

export function createIngest(
  { clock }: EngineOptions,
  opened: () => Partition,
): Pick<Engine, "sendEvents" | "invoke" | "runSchedule"> {
  return {
    async sendEvents(inputs, send = {}) {
      const partition = opened();
      const receivedAtMs = clock.nowMs();
      const events = inputs.map((input, index) =>
        toEventRecord(input, {
          internalId: internalIdOf(partition, send, { receivedAtMs, index: index + 1 }),
          receivedAtMs,
        }),
      );
      const isSeeded = send.seed !== undefined;
      return partition.ask<readonly string[]>({ type: "events", events, isSeeded });
    },
    async invoke(slug, input, send = {}) {
      const partition = opened();
      const event = invokedEvent(partition, { slug, input, send, receivedAtMs: clock.nowMs() });
      return partition.ask({ type: "invoke", event, slug, isSeeded: send.seed !== undefined });
    },
    async runSchedule(slug, cron) {
      const partition = opened();
      const { newUlid } = partition.identity;
      const event = manualTickEvent(cron, { nowMs: clock.nowMs(), newUlid });
      return partition.ask({ type: "invoke", event, slug, isSeeded: false, cron });
    },
  };
}

function internalIdOf(
  partition: Partition,
  { seed }: SendOptions,
  at: { receivedAtMs: number; index: number },
): string {
  return seed === undefined
    ? partition.identity.newUlid(at.receivedAtMs)
    : ulidFromSeed(seed, at.index);
}

function invokedEvent(
  partition: Partition,
  call: { slug: string; input: InvokeInput; send: SendOptions; receivedAtMs: number },
): EventRecord {
  const { slug, input, send, receivedAtMs } = call;
  const internalId = internalIdOf(partition, send, { receivedAtMs, index: 0 });
  const name = "inngest/function.invoked";
  return {
    internalId,
    id: input.id ?? internalId,
    name,
    dataJson: canonicalJson({ ...input.data, _inngest: { fn_id: slug, name } }),
    ...(input.user === undefined ? {} : { userJson: canonicalJson(input.user) }),
    ...(input.meta === undefined ? {} : { metaJson: canonicalJson(input.meta) }),
    ...(input.v === undefined ? {} : { v: input.v }),
    tsMs: receivedAtMs,
    receivedAtMs,
  };
}
